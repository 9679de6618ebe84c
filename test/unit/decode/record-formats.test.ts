import { describe, expect, it } from 'vitest';
import { recordFormats, type RecordFormats } from '#core/decode/record-formats';
import { ByteSource } from '#core/decode/source';
import { objectOf } from './objects';

function formatsOf(map: string, hints?: ReadonlyMap<string, readonly string[]>): RecordFormats {
  const formats = recordFormats(objectOf('records'), hints).get(map);
  if (!formats) throw new Error(`no map ${map}`);
  return formats;
}

/** The record as JSON, with the decoder that its size asks for. */
function decode(formats: RecordFormats, bytes: Uint8Array) {
  return formats.decoder(bytes.length).json(new ByteSource(bytes), 0, bytes.length);
}

describe('a map with records of two types', () => {
  const formats = formatsOf('events');

  it('decodes each by its size', () => {
    const opened = new Uint8Array(64);
    opened.set([7, 0, 0, 0, 0x6c, 0x73], 0);
    opened.set(new TextEncoder().encode('/etc/passwd'), 20);
    const closed = Uint8Array.of(7, 0, 0, 0, 0xf7, 0xff, 0xff, 0xff);
    expect(decode(formats, opened)).toEqual({ pid: 7, comm: 'ls', path: '/etc/passwd' });
    expect(decode(formats, closed)).toEqual({ pid: 7, ret: -9 });
    expect(formats.certain).toBe(true);
  });

  it('has one decoder for a size', () => {
    expect(formats.decoder(64)).toBe(formats.decoder(64));
    expect(formats.decoder(64)).not.toBe(formats.decoder(8));
  });

  it('shows bytes of a size that no program sends', () => {
    expect(decode(formats, Uint8Array.of(1, 2, 0xff))).toBe('0102ff');
  });
});

it('knows a record of a perf buffer by its padded size', () => {
  const formats = formatsOf('samples');
  // 4 bytes of size before it, 24 bytes, and up to a multiple of 8: 28 bytes reach us.
  const bytes = new Uint8Array(28);
  bytes[16] = 42;
  expect(decode(formats, bytes)).toEqual({ ip: 0, sp: 0, pid: 42 });
  expect(formats.decoder(28).columns.map(({ name }) => name)).toEqual(['ip', 'sp', 'pid']);
});

it('gives a flexible array what is left of the record', () => {
  const formats = formatsOf('hidden', new Map([['hidden', ['struct tail']]]));
  expect(decode(formats, Uint8Array.of(3, 0, 0, 0, 0xa, 0xb, 0xc))).toEqual({ length: 3, data: '0a0b0c' });
  expect(decode(formats, Uint8Array.of(0, 0, 0, 0))).toEqual({ length: 0, data: '' });
});
