/** Functions of the kernel that a file declares: `extern void bpf_rcu_read_lock(void) __ksym;`, by tokens. */
import type { ChunkText } from './chunk-text';
import type { KernelFunctionDef } from './model';

/** What the chunk declares; undefined where the preprocessor has a say in it. */
export function readKernelFunction({ tokens, directives }: ChunkText): KernelFunctionDef | undefined {
  if (directives.length > 0 || !tokens.some(({ text }) => text === '__ksym')) return undefined;
  const extern = tokens.findIndex(({ text }) => text === 'extern');
  // A function's declaration needs no `extern`.
  if (extern < 0 && tokens.some(({ text }) => /^(?:[{}=]|typedef|static)$/.test(text))) return undefined;
  const declaration = tokens.slice(Math.max(extern, 0));
  const [first, last] = [declaration[0], declaration.at(-1)];
  if (first === undefined || last?.text !== ';') return undefined;
  const open = parametersOf(declaration);
  const name = declaration[open - 1];
  // `extern const struct rq runqueues __ksym;` is a variable.
  if (open < 2 || name?.kind !== 'word') return undefined;
  return {
    name: name.text,
    nameSpan: { start: name.start, end: name.end },
    span: { start: first.start, end: last.end },
    weak: declaration.some(({ text }) => text === '__weak'),
  };
}

/** Where its parameters begin, -1 where it has none: the first parenthesis that is of no attribute. */
function parametersOf(declaration: ChunkText['tokens']): number {
  let attributes = 0;
  return declaration.findIndex(({ text }, n) => {
    if (text === ')' && attributes > 0) attributes--;
    if (text !== '(') return false;
    if (attributes === 0 && declaration[n - 1]?.text !== '__attribute__') return true;
    attributes++;
    return false;
  });
}
