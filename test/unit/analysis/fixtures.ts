/** The programs of fixtures/, by file name without the ending. */
import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('fixtures/', import.meta.url);

export const fixtures: ReadonlyMap<string, string> = new Map(
  readdirSync(folder).map((name) => [
    name.replace('.bpf.c', ''),
    readFileSync(new URL(name, folder), 'utf8'),
  ]),
);

export function fixture(name: string): string {
  const text = fixtures.get(name);
  if (text === undefined) throw new Error(`no fixture ${name}`);
  return text;
}
