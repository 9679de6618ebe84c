/** Variables that libbpf fills in, as a file declares them: `extern const int bpf_prog_active __ksym;`, by tokens. */
import type { ChunkText } from './chunk-text';
import type { ExternDef } from './model';

const sections: ReadonlyMap<string, ExternDef['kind']> = new Map([
  ['__ksym', 'variable'],
  ['__kconfig', 'setting'],
]);

/** What the chunk declares; undefined where the preprocessor has a say in it, and for functions, initialisers and lists. */
export function readExtern({ tokens, directives }: ChunkText): ExternDef | undefined {
  const from = tokens.findIndex(({ text }) => text === 'extern');
  if (from < 0 || directives.length > 0) return undefined;
  const declaration = tokens.slice(from);
  const kind = declaration.map(({ text }) => sections.get(text)).find((one) => one !== undefined);
  const [first, last] = [declaration[0], declaration.at(-1)];
  if (kind === undefined || first === undefined || last?.text !== ';') return undefined;
  if (declaration.some(({ text }) => /^[(){},=]$/.test(text))) return undefined;
  // The name is the last word before an array's bounds, or before the words that are no C.
  const end = declaration.findIndex(({ text }) => text === '[' || text === '__weak' || sections.has(text));
  const name = declaration[end - 1];
  if (end < 3 || name?.kind !== 'word') return undefined;
  const words = declaration.slice(1, end - 1).map(({ text }) => text);
  return {
    name: name.text,
    nameSpan: { start: name.start, end: name.end },
    span: { start: first.start, end: last.end },
    kind,
    type: words.filter((text) => !/^(?:const|volatile)$/.test(text)).join(' '),
    isArray: declaration[end]?.text === '[',
    weak: declaration.some(({ text }) => text === '__weak'),
  };
}
