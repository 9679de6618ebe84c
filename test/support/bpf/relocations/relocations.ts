/** Programs that ask about the kernel's types, compiled once, and what libbpf makes of each of their relocations. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { Btf } from '#core/btf/btf';
import { coreRelocationKinds } from '#core/elf/btf-ext';
import { readBpfObject } from '#core/elf/bpf-object';
import type { BpfObject } from '#core/elf/bpf-object';
import { sectionNamed } from '#core/elf/elf';
import { judgeObject } from '#core/object/verdict';
import { mustRun } from '#support/process';
import { cached } from '../cache';
import { compileBpf } from '../compile';
import type { ProgramVerdict } from '../loader';

const folder = new URL('./', import.meta.url);
/** Of one program text: what all of them need, then the programs by what they ask. */
const parts = ['head.c', 'fields.c', 'questions.c', 'guards.c'] as const;

export interface Programs {
  readonly source: string;
  readonly path: string;
  readonly object: BpfObject;
}

/**
 * To be called in a test.
 * @param flags more of them for clang
 */
export async function relocationPrograms(flags: readonly string[] = []): Promise<Programs> {
  const texts = await Promise.all(parts.map((name) => readFile(new URL(name, folder), 'utf8')));
  const source = texts.join('');
  const { path } = await compileBpf(source, { flags });
  const bytes = await readFile(path);
  askForMatches(bytes);
  await writeFile(path, bytes);
  const { value: object, problems } = readBpfObject(bytes);
  expect(problems).toEqual([]);
  return { source, path, object };
}

/** Makes `type_matches` of the `type_exists` of programs of that name, which Clang before 15 cannot. */
function askForMatches(bytes: Buffer): void {
  const { elf, ext } = readBpfObject(bytes).value;
  const section = sectionNamed(elf, '.BTF.ext')?.data ?? new Uint8Array(0);
  const start = section.byteOffset - bytes.byteOffset;
  const header = bytes.readUInt32LE(start + 4);
  const names = functionNames(elf);
  let at = start + header + bytes.readUInt32LE(start + 24) + 4;
  let left = 0;
  for (const { section: name, offset, kind } of ext.relocations) {
    if (left === 0) {
      left = bytes.readUInt32LE(at + 4);
      at += 8;
    }
    if (kind === 'type_exists' && names(name, offset).name.startsWith('matches_')) {
      bytes.writeUInt32LE(coreRelocationKinds.indexOf('type_matches'), at + 12);
    }
    left--;
    at += 16;
  }
}

interface Place {
  readonly name: string;
  /** From the start of the function. */
  readonly instruction: number;
}

function functionNames({ symbols, sections }: BpfObject['elf']): (section: string, offset: number) => Place {
  return (section, offset) => {
    const found = symbols.find(
      ({ type, value, size, section: index }) =>
        type === 'func' && sections[index]?.name === section && offset >= value && offset < value + size,
    );
    return { name: found?.name ?? '', instruction: (offset - (found?.value ?? 0)) / 8 };
  };
}

/** One line for each instruction that is changed: `plain_pid #3: 8 -> 1256`, `plain_pid #3: invalid`. */
export function ownRelocations(object: BpfObject, kernel: Btf): readonly string[] {
  const place = functionNames(object.elf);
  return judgeObject(object, { btf: kernel, hasAllModules: true })
    .relocations.flatMap(({ relocation: { section, offset }, outcome }) => {
      const { name, instruction } = place(section, offset);
      if (outcome.kind === 'value') {
        const size = outcome.size === undefined ? '' : ` in ${outcome.size}`;
        return [`${name} #${instruction}: -> ${outcome.value}${size}`];
      }
      // Of an instruction of 16 bytes both halves.
      const isWide = sectionNamed(object.elf, section)?.data[offset] === 0x18;
      return (isWide ? [instruction, instruction + 1] : [instruction]).map((n) => `${name} #${n}: invalid`);
    })
    .sort();
}

/** @param types a file of raw BTF; the running kernel's without */
export async function relocationsByLibbpf(object: string, types?: string): Promise<readonly string[]> {
  const source = fileURLToPath(new URL('log.c', folder));
  const tool = await cached('relocation-log', [await readFile(source)], async (path) => {
    await mustRun('cc', ['-O2', '-Wall', source, '-o', path, '-lbpf', '-lelf', '-lz']);
  });
  const text = await mustRun(tool, [object, ...(types === undefined ? [] : [types])]);
  const changed = new Map<string, string>();
  for (const [, name = '', instruction = '', rest = ''] of text.matchAll(
    /^libbpf: prog '(\w+)': relo #\d+: (?:patched|substituting) insn #(\d+) (.*)$/gm,
  )) {
    const key = `${name} #${instruction}`;
    const value = /(?:imm|off|imm64) -?\d+ -> (\d+)$/.exec(rest)?.[1];
    const size = /mem_sz \d+ -> (\d+)$/.exec(rest)?.[1];
    changed.set(key, size === undefined ? `-> ${value ?? ''}` : `${changed.get(key) ?? ''} in ${size}`);
    if (rest.startsWith('w/ invalid insn')) changed.set(key, 'invalid');
  }
  return Array.from(changed, ([key, what]) => `${key}: ${what}`).sort();
}

/**
 * The programs of which we say another thing than the kernel, and those of which we do not know.
 * @param isAsked by a program's name
 */
export function compareVerdicts(
  { object }: Pick<Programs, 'object'>,
  kernel: Btf,
  verdicts: readonly ProgramVerdict[],
  isAsked: (name: string) => boolean = () => true,
): { readonly wrong: readonly string[]; readonly unsure: readonly string[]; readonly counts: Counts } {
  const loaded = new Map(verdicts.map(({ program, load }) => [program, load === 'ok']));
  const asked = judgeObject(object, { btf: kernel, hasAllModules: true }).programs.filter(({ program }) =>
    isAsked(program.name),
  );
  const sure = asked.filter(({ loads }) => loads !== 'unsure');
  return {
    wrong: sure
      .filter(({ program, loads }) => (loads === 'yes') !== loaded.get(program.name))
      .map(
        ({ program, loads }) => `${program.name}: we say ${loads}, the kernel ${loaded.get(program.name)}`,
      ),
    unsure: asked.filter(({ loads }) => loads === 'unsure').map(({ program }) => program.name),
    counts: {
      loaded: sure.filter(({ loads }) => loads === 'yes').length,
      refused: sure.filter(({ loads }) => loads === 'no').length,
    },
  };
}

interface Counts {
  readonly loaded: number;
  readonly refused: number;
}

/** What settings and arithmetic decide that not every verifier follows. */
export const undecided = ['guard_sum', 'dead_by_setting', 'alive_by_setting'];

/** Names of the programs in whose text there is a finding: a function that is not one is part of the next program's. */
export function programsWith(
  source: string,
  findings: readonly { readonly span: { readonly start: number } }[],
): readonly string[] {
  const starts = [...source.matchAll(/^(?:READ|LOAD)\((\w+),.*\n|^P int (\w+)\([^]*?\n}\n/gm)];
  const programs = starts.map((match) => ({
    name: match[1] ?? match[2] ?? '',
    end: match.index + match[0].length,
  }));
  const names = findings.map(({ span }) => programs.find(({ end }) => span.start < end)?.name ?? 'none');
  return [...new Set(names)].sort();
}
