/**
 * Writes core/src/bpf/helpers.generated.ts from libbpf's bpf_helper_defs.h, what its comments say of each helper into
 * helper-docs.generated.ts beside it, and the helpers' names into the grammar that colours them.
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

/** The comment before each helper, without its frame and its first line, the name. */
const COMMENT = /^\/\*\n \* (?<name>bpf_\w+)\n \*\n(?<body>(?: \*.*\n)*?) \*\/\nstatic /gm;
const docs = [...text.matchAll(COMMENT)].map(({ groups: { name, body } }) => {
  // `*\/` keeps C's comment open.
  const lines = body
    .replaceAll('*\\/', '*/')
    .split('\n')
    .map((line) => line.slice(' * '.length).trimEnd());
  const returns = lines.indexOf('Returns');
  const part = (from, to) =>
    lines
      .slice(from, to)
      .map((line) => line.replace(/^\t/, ''))
      .join('\n')
      .trim();
  return { name, text: returns < 0 ? [part(0)] : [part(0, returns), part(returns + 1)] };
});
const undocumented = helpers.filter(({ name }) => !docs.some((doc) => doc.name === name));
if (docs.length !== helpers.length || undocumented.length > 0) {
  console.error(`${source}: no comment on ${undocumented.map(({ name }) => name).join(', ')}`);
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

writeFileSync(
  at('../core/src/bpf/helper-docs.generated.ts'),
  `// Made by scripts/generate-helpers.mjs from bpf_helper_defs.h (${version}). Do not edit.

/** In reStructuredText. */
export type HelperDoc = readonly [description: string, returns?: string];

/** What the kernel's headers say of each helper. */
export const HELPER_DOCS: ReadonlyMap<string, HelperDoc> = new Map<string, HelperDoc>([
${docs.map((doc) => `  [${JSON.stringify(doc.name)}, ${JSON.stringify(doc.text)}],`).join('\n')}
]);
`,
);

const grammarPath = at('../syntaxes/ebpf.injection.tmLanguage.json');
const grammar = JSON.parse(readFileSync(grammarPath, 'utf8'));
const names = helpers.map(({ name }) => name.slice('bpf_'.length)).sort();
grammar.repository.helpers.patterns[0].match = `\\bbpf_(?:${names.join('|')})\\b(?=\\s*\\()`;
writeFileSync(grammarPath, `${JSON.stringify(grammar, null, 2)}\n`);
console.log(`${helpers.length} helpers`);
