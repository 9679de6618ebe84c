/**
 * How many records a second one core decodes. Alone:
 *
 *     npx esbuild test/bench/decoding.ts --bundle --platform=node --outfile=.cache/bench/decoding.cjs && node .cache/bench/decoding.cjs
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRecordDecoder, type RecordDecoder } from '#core/decode/record-decoder';
import { recordFormats } from '#core/decode/record-formats';
import { ByteSource } from '#core/decode/source';
import { readBpfObject, type BpfObject } from '#core/elf/bpf-object';
import { median } from './statistics';

const records = 100_000;
const rounds = 7;

function fixture(): BpfObject {
  const path = join('test', 'unit', 'decode', 'fixtures', 'records.o');
  return readBpfObject(new Uint8Array(readFileSync(path))).value;
}

/** Records of the same size one after another, all different in their first bytes. */
function manyOf(sample: Uint8Array): ByteSource {
  const bytes = new Uint8Array(records * sample.length);
  for (let i = 0; i < records; i++) {
    bytes.set(sample, i * sample.length);
    new DataView(bytes.buffer).setUint32(i * sample.length, i, true);
  }
  return new ByteSource(bytes);
}

/** Processor microseconds per record, the median of some rounds: other work on the machine does not count. */
function measure(name: string, size: number, work: (at: number) => number): void {
  const times: number[] = [];
  let sum = 0;
  for (let round = 0; round < rounds; round++) {
    const start = process.cpuUsage();
    for (let i = 0; i < records; i++) sum += work(i * size);
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / records);
  }
  const each = median(times);
  const rate = Math.round(1e6 / each).toLocaleString('en');
  process.stdout.write(`${name.padEnd(52)} ${each.toFixed(2)} µs  ${rate}/s  (${sum % 10})\n`);
}

function measureDecoder(name: string, decoder: RecordDecoder, sample: Uint8Array): void {
  const source = manyOf(sample);
  const size = sample.length;
  const columns = decoder.columns.length;
  const of = `${name} (${size} bytes, ${columns} columns)`;
  measure(`${of}: value`, size, (at) => (decoder.json(source, at, at + size) === null ? 0 : 1));
  measure(`${of}: JSON line`, size, (at) => JSON.stringify(decoder.json(source, at, at + size)).length);
  measure(`${of}: every cell`, size, (at) => {
    let length = 0;
    for (let column = 0; column < columns; column++)
      length += decoder.text(column, source, at, at + size).length;
    return length;
  });
}

const object = fixture();
const opened = recordFormats(object).get('events')?.decoder(64);
const text = new TextEncoder();
const sample = new Uint8Array(64);
sample.set(text.encode('systemd-journal'), 4);
sample.set(text.encode('/var/log/journal/system.journal'), 20);
if (opened) measureDecoder('struct opened', opened, sample);

const symbol = object.elf.symbols.find(({ name }) => name === 'sample');
const section = object.elf.sections[symbol?.section ?? 0];
const everything = createRecordDecoder({ types: object.btf, id: object.btf.find('struct', 'everything') });
if (symbol && section)
  measureDecoder(
    'struct everything',
    everything,
    section.data.slice(symbol.value, symbol.value + symbol.size),
  );
