/**
 * Writes core/src/bpf/helpers.generated.ts from libbpf's bpf_helper_defs.h, and the helpers' names into the
 * grammar that colours them.
 *
 *   node scripts/generate-helpers.mjs /usr/include/bpf/bpf_helper_defs.h "libbpf 1.1"
 *
 * The list is complete with any libbpf since 1.1: the kernel adds no helpers after number 211, only kfuncs.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const [source, version] = process.argv.slice(2);
if (source === undefined || version === undefined) {
  console.error('usage: node scripts/generate-helpers.mjs BPF_HELPER_DEFS.H VERSION');
  process.exit(2);
}

const text = readFileSync(source, 'utf8');
const HELPER =
  /^static (?<returns>.+?)\(\*\s*(?:const )?(?<name>bpf_\w+)\)\((?<parameters>.*)\) = \(void \*\) ?(?<id>\d+);$/gm;
const helpers = [...text.matchAll(HELPER)].map(({ groups: { returns, name, parameters, id } }) => {
  const type = returns.trim();
  return { id: Number(id), name, prototype: `${type}${type.endsWith('*') ? '' : ' '}${name}(${parameters})` };
});

const expected = text.split('= (void *)').length - 1;
if (helpers.length === 0 || helpers.length !== expected) {
  console.error(`${source}: ${expected} helpers, but ${helpers.length} could be read`);
  process.exit(1);
}

const at = (path) => new URL(path, import.meta.url);
writeFileSync(
  at('../core/src/bpf/helpers.generated.ts'),
  `// Made by scripts/generate-helpers.mjs from bpf_helper_defs.h (${version}). Do not edit.

/** Number (BPF_FUNC_…), name and C prototype. */
export type HelperRow = readonly [id: number, name: string, prototype: string];

/** In the order of their numbers. */
export const HELPER_ROWS: readonly HelperRow[] = [
${helpers
  .sort((a, b) => a.id - b.id)
  .map(({ id, name, prototype }) => `  [${id}, '${name}', '${prototype}'],`)
  .join('\n')}
];
`,
);

const grammarPath = at('../syntaxes/ebpf.injection.tmLanguage.json');
const grammar = JSON.parse(readFileSync(grammarPath, 'utf8'));
const names = helpers.map(({ name }) => name.slice('bpf_'.length)).sort();
grammar.repository.helpers.patterns[0].match = `\\bbpf_(?:${names.join('|')})\\b(?=\\s*\\()`;
writeFileSync(grammarPath, `${JSON.stringify(grammar, null, 2)}\n`);
console.log(`${helpers.length} helpers`);
