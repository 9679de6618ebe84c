/** The objects that were compiled from fixtures/records.bpf.c. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { sectionNamed } from '#core/elf/elf';
import { readBpfObject, type BpfObject } from '#core/elf/bpf-object';

export const variants = ['records', 'records-big-endian', 'records-dwarf4'] as const;

export function objectBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`fixtures/${name}.o`, import.meta.url)));
}

/** Read without a problem. */
export function objectOf(name: string): BpfObject {
  const parsed = readBpfObject(objectBytes(name));
  expect(parsed.problems).toEqual([]);
  return parsed.value;
}

/** The bytes that the compiler gave a global variable. */
export function initialBytes({ elf }: BpfObject, variable: string): Uint8Array {
  const symbol = elf.symbols.find(({ name }) => name === variable);
  const section = elf.sections[symbol?.section ?? 0];
  if (!symbol || !section) throw new Error(`no variable ${variable}`);
  return section.data.subarray(symbol.value, symbol.value + symbol.size);
}

/** The object without its debug sections, as `llvm-strip -g` leaves it. */
export function stripped(object: BpfObject): BpfObject['elf'] {
  const kept = object.elf.sections.filter(({ name }) => !/^\.(?:rel)?\.?debug_/.test(name));
  expect(sectionNamed(object.elf, '.debug_info')).toBeDefined();
  return { ...object.elf, sections: kept };
}
