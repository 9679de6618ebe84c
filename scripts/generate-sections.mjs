/**
 * Writes core/src/bpf/section-defs.generated.ts from libbpf's own table.
 *
 *   node scripts/generate-sections.mjs path/to/libbpf.c "libbpf 1.8-dev, as in Linux 7.2.8"
 *
 * The second argument is the version, kept in the file's header. What the rows mean is written by hand:
 * core/src/bpf/section-docs.ts; a test fails for every row without a text.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const [source, version] = process.argv.slice(2);
if (source === undefined || version === undefined) {
  console.error('usage: node scripts/generate-sections.mjs LIBBPF.C VERSION');
  process.exit(2);
}

const text = readFileSync(source, 'utf8');
const table = /section_defs\[\] = \{(?<rows>[\s\S]*?)\n\};/.exec(text)?.groups?.rows;
if (table === undefined) {
  console.error(`${source}: no section_defs table`);
  process.exit(1);
}

const ROW = /SEC_DEF\("(?<name>[^"]+)",\s*(?<program>\w+),\s*(?<attach>\w+),\s*(?<flags>[\w |]+?)\s*[,)]/g;
const rows = [...table.matchAll(ROW)].map(({ groups: { name, program, attach, flags } }) => {
  const target = name.endsWith('+') ? 'optional' : name.endsWith('/') ? 'required' : 'exact';
  return [
    target === 'exact' ? name : name.slice(0, -1),
    target,
    `BPF_PROG_TYPE_${program}`,
    attach === '0' ? '' : attach,
    flags.split('|').some((flag) => flag.trim() === 'SEC_SLEEPABLE'),
  ];
});

const expected = table.split('SEC_DEF(').length - 1;
if (rows.length !== expected) {
  console.error(`${source}: ${expected} rows, but only ${rows.length} could be read`);
  process.exit(1);
}

const quote = (value) => (typeof value === 'string' ? `'${value}'` : String(value));
writeFileSync(
  new URL('../core/src/bpf/section-defs.generated.ts', import.meta.url),
  `// Made by scripts/generate-sections.mjs from section_defs of src/libbpf.c (${version}). Do not edit.

/** Name without libbpf's \`+\` or \`/\`, target rule, program type, attach type (empty: none), sleepable. */
export type SectionRow = readonly [
  name: string,
  target: 'exact' | 'optional' | 'required',
  programType: string,
  attachType: string,
  sleepable: boolean,
];

/** In libbpf's order, which is the order of matching. */
export const SECTION_ROWS: readonly SectionRow[] = [
${rows.map((row) => `  [${row.map(quote).join(', ')}],`).join('\n')}
];
`,
);
console.log(`${rows.length} sections`);
