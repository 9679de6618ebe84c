/** Every type of the running kernel: ours against bpftool's and clang's. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createTypeIndex } from '#core/btf/index';
import { readBtf } from '#core/btf/reader';
import type { StructLayout } from '#core/btf/types';
import { bpftoolDefinitions, bpftoolTypes, definitionsOf, likeBpftool, whyNoBpftool } from '#support/bpftool';

const path = '/sys/kernel/btf/vmlinux';

function read(): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

const bytes = read() ?? Buffer.alloc(0);
const missing = bytes.length > 0 ? whyNoBpftool() : `${path} is not readable`;

describe('the running kernel', () => {
  beforeEach(({ skip }) => {
    if (missing) skip(missing);
  });

  it('is read type by type as bpftool reads it', () => {
    const { value: btf, problems } = readBtf(bytes);
    const theirs = bpftoolTypes(path);
    expect(problems).toEqual([]);
    expect(btf.endId - 1).toBe(theirs.length);
    const different = theirs.filter((type, i) => likeBpftool(btf, i + 1) !== type);
    expect(different).toEqual([]);
  });

  it('has the struct and union definitions that bpftool writes', () => {
    const ours = definitionsOf(readBtf(bytes).value);
    const theirs = bpftoolDefinitions(path);
    expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());
    const different = [...ours].filter(([tag, texts]) => {
      const expected = theirs.get(tag);
      return texts.some((text) => !expected?.includes(text));
    });
    expect(different).toEqual([]);
  });

  it('has definitions that clang lays out as the kernel does', ({ skip }) => {
    if (spawnSync('clang', ['--version']).status !== 0) skip('clang is not installed');
    const types = createTypeIndex({ vmlinux: bytes }).value;
    const header = vmlinuxHeader();
    // Names that several types share; bpftool numbers them, and C has room for one of them alone.
    const ambiguous = new Set(Array.from(header.matchAll(/\b(\w+)___\d+\b/g), ([, name]) => name));
    const checked = types.structNames().flatMap((name) => {
      const layout = types.struct(name);
      const text = layout ? types.definition({ ...layout, name: `ours_${name}` }, { offsets: true }) : '';
      const isAmbiguous = text.match(/\w+/g)?.some((word) => ambiguous.has(word));
      // An enum written out in place would define its constants a second time.
      return !layout || isAmbiguous || text.includes('enum {') ? [] : [{ layout, text }];
    });
    compile(header, checked.map(({ layout, text }) => `${text}\n${assertions(layout)}`).join('\n'));
    expect(checked.length).toBeGreaterThan(types.structNames().length * 0.85);
  });
});

/** The size, and the offset of every member that has one in C, as clang must see them. */
function assertions({ name, size, members }: StructLayout): string {
  const tag = `struct ours_${name}`;
  const offsets = members.filter((member) => member.name !== '' && member.bitSize === undefined);
  return [
    `_Static_assert(sizeof(${tag}) == ${size}, "size of ${name}");`,
    ...offsets.map(
      (member) =>
        `_Static_assert(__builtin_offsetof(${tag}, ${member.name}) == ${member.bitOffset / 8}, "${name}.${member.name}");`,
    ),
  ].join('\n');
}

/** Compiles with bpftool's vmlinux.h for all the other types; throws with clang's messages. */
function compile(header: string, source: string): void {
  const directory = mkdtempSync(join(tmpdir(), 'btf-live-'));
  try {
    writeFileSync(join(directory, 'vmlinux.h'), header);
    writeFileSync(join(directory, 'ours.c'), `#include "vmlinux.h"\n${source}`);
    // For this machine, not for BPF: `va_list` is then what it is in the kernel.
    const argv = [
      '-fsyntax-only',
      '-ferror-limit=0',
      '-DBPF_NO_PRESERVE_ACCESS_INDEX',
      join(directory, 'ours.c'),
    ];
    execFileSync('clang', argv, { stdio: 'pipe' });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** bpftool's, with the enums of one byte that bpftool 7.1 writes as if they had four. */
function vmlinuxHeader(): string {
  const btf = readBtf(bytes).value;
  const header = execFileSync('bpftool', ['btf', 'dump', 'file', path, 'format', 'c'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  return header.replace(/^enum (\w+) \{\n[^}]*\}(?=;$)/gm, (text, name: string) =>
    btf.ownSize(btf.find('enum', name)) === 1 ? `${text} __attribute__((mode(byte)))` : text,
  );
}
