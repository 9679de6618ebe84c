/** What hosts send of their kernels: whole, cut off, damaged, and something else altogether. */
import { expect, test } from 'vitest';
import { formatText } from '#core/snapshot/formats';
import { readArchive } from '#runner/capture/archive';

const word = '@ebpf-workbench-0123456789abcdef';
const btf = Uint8Array.from({ length: 3000 }, (_, i) => (i * 7) % 256);
const module = Uint8Array.from([0x9f, 0xeb, 0x0a, 0x0a, 0x00]);

const format = (name: string, id: number) =>
  `name: ${name}\nID: ${id}\nformat:\n\tfield:int a;\toffset:8;\tsize:4;\tsigned:1;\n\nprint fmt: "é%d\nname: no\n", REC->a\n`;

type Piece = readonly [name: string, content: string | Uint8Array, status?: number];

const whole: readonly Piece[] = [
  ['uname', 'Linux 6.1.0 x86_64\n'],
  ['tracefs', ''],
  ['events', 'b:two\na:one\nb:three\na:one\n'],
  ['functions', 'f\ne [mod]\n'],
  ['paths', 'a/one/format\nb/three/format\nb/two/format\n'],
  ['formats', format('one', 11) + format('three', 13) + format('two', 12)],
  ['btf/mod', module],
  ['btf/vmlinux', btf],
  ['end', ''],
];

function archive(...pieces: readonly Piece[]): Buffer {
  return Buffer.concat(
    pieces.flatMap(([name, content, status = 0]) => [
      Buffer.from(content),
      Buffer.from(`\n${word} ${name} ${status}\n`),
    ]),
  );
}

/** `whole`, with another piece of that name, or with none. */
function but(name: string, piece?: Piece): Buffer {
  return archive(...whole.flatMap((one) => (one[0] !== name ? [one] : piece ? [piece] : [])));
}

function read(bytes: Uint8Array) {
  const { value, problems } = readArchive(bytes, word);
  if (value === undefined) throw new Error(JSON.stringify(problems));
  return { ...value, problems };
}

test('gives the files of a kernel as they were on the host', () => {
  const { files, uname, hasTracefs, problems } = read(archive(...whole));
  expect(problems).toEqual([]);
  expect(uname).toBe('Linux 6.1.0 x86_64\n');
  expect(hasTracefs).toBe(true);
  expect(files.events).toBe('a:one\nb:three\nb:two\n');
  expect(files.functions).toBe('e [mod]\nf\n');
  expect([...files.formats.entries.keys()]).toEqual(['a/one', 'b/three', 'b/two']);
  expect(formatText(files.formats, 'a', 'one')).toBe(format('one', 11));
  expect(formatText(files.formats, 'b', 'three')).toBe(format('three', 13));
  expect(formatText(files.formats, 'b', 'two')).toBe(format('two', 12));
  expect(btf).toEqual(Uint8Array.from(files.btf ?? []));
  expect([...files.modules].map(([name, bytes]) => [name, Uint8Array.from(bytes)])).toEqual([
    ['mod', module],
  ]);
});

test('takes nothing that was cut off, wherever it was', () => {
  const bytes = archive(...whole);
  for (let length = 0; length < bytes.length; length++) {
    const { value, problems } = readArchive(bytes.subarray(0, length), word);
    expect(value, `the first ${length} bytes`).toBeUndefined();
    expect(problems).toHaveLength(1);
  }
});

test('never throws, whichever byte is another one', () => {
  const bytes = archive(...whole);
  for (let i = 0; i < bytes.length; i += 3) {
    const damaged = Buffer.from(bytes);
    damaged[i] = (damaged[i] ?? 0) ^ 0x55;
    expect(() => readArchive(damaged, word)).not.toThrow();
  }
});

test('takes the word of another script for bytes', () => {
  const other = Buffer.from(`\n@ebpf-workbench-ffffffffffffffff end 0\n`);
  const { files } = read(but('btf/vmlinux', ['btf/vmlinux', other]));
  expect(Buffer.from(files.btf ?? []).equals(other)).toBe(true);
  expect(readArchive(other, word).value).toBeUndefined();
});

test('leaves out the format that could not be read, and says which', () => {
  const formats = format('one', 11) + format('two', 12);
  const { files, problems } = read(but('formats', ['formats', formats, 1]));
  expect([...files.formats.entries.keys()]).toEqual(['a/one', 'b/two']);
  expect(formatText(files.formats, 'b', 'two')).toBe(format('two', 12));
  expect(problems).toEqual([{ message: 'could not be read: b/three', where: 'formats' }]);
});

test.each([
  ['functions', ['functions', '', 1], []],
  ['btf/vmlinux', undefined, ['/sys/kernel/btf/vmlinux']],
  ['btf/vmlinux', ['btf/*', '', 1], ['/sys/kernel/btf/vmlinux']],
  ['btf/mod', ['btf/mod', 'half', 1], ['/sys/kernel/btf/mod']],
  ['btf/mod', ['btf/../../x', 'name'], []],
] as const)('goes without %s where it is %j', (name, piece, where) => {
  const { files, problems } = read(but(name, piece));
  expect(problems.map((problem) => problem.where)).toEqual(where);
  expect(files.events).not.toBe('');
  if (name === 'functions') expect(files).not.toHaveProperty('functions');
  if (name === 'btf/vmlinux') expect(files).not.toHaveProperty('btf');
  if (name === 'btf/mod') expect(files.modules.size).toBe(0);
});

test('tells a host without tracefs from one that refuses its events', () => {
  const refused = read(but('events', ['events', '', 1]));
  expect([refused.files.events, refused.hasTracefs]).toEqual(['', true]);
  expect(read(but('tracefs', ['tracefs', '', 1])).hasTracefs).toBe(false);
});
