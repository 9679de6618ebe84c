import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeWhole } from '#runner/capture/write-whole';

const bytes = Buffer.from('new');

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'ebpf-test-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test('makes the file, or replaces it, also behind a link', async () => {
  const place = folder();
  await writeWhole(join(place, 'fresh'), bytes);
  writeFileSync(join(place, 'old'), 'what was there before');
  symlinkSync('old', join(place, 'link'));
  await writeWhole(join(place, 'link'), bytes);
  expect(readdirSync(place)).toEqual(['fresh', 'link', 'old']);
  for (const name of ['fresh', 'old']) expect(readFileSync(join(place, name), 'utf8')).toBe('new');
  expect(lstatSync(join(place, 'link')).isSymbolicLink()).toBe(true);
});

test('leaves nothing where it cannot', async () => {
  const place = folder();
  await expect(writeWhole(join(place, 'no', 'file'), bytes)).rejects.toThrow('ENOENT');
  await expect(writeWhole(place, bytes)).rejects.toThrow('EISDIR');
  expect(readdirSync(place)).toEqual([]);
});

test('writes to a device, and does not replace it', async () => {
  await writeWhole('/dev/null', bytes);
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
});
