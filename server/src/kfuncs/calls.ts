/** Calls of kfuncs that a program certainly makes in its own body, so that the verifier judges them. */
import type { Program, SourceAnalysis, Span } from '../analysis/model';
import { certainOf } from '../helpers/bodies';
import type { DocumentView } from '../view';

export interface KfuncCall {
  readonly name: string;
  readonly span: Span;
}

/**
 * Names that can only be those of the kernel's own functions: what the file declares with `__ksym`; and, where it includes
 * vmlinux.h, and beside it nothing but the headers of libbpf and the system, what begins as kfuncs do and what the file says nothing
 * else of: vmlinux.h declares it.
 */
export function knownNames(source: SourceAnalysis): (name: string) => boolean {
  const { kernelFunctions, includes, expressions, functions, text } = source;
  const declared = new Set(kernelFunctions.map(({ name }) => name));
  const isOwn = (name: string): boolean =>
    expressions.isMacro(name) || functions.some((fn) => fn.name === name);
  const areHeadersKnown =
    includes.some(({ path }) => vmlinux.test(path)) &&
    includes.every(({ path, system }) => isKernels(path, system));
  const isOnlyCalled = (name: string): boolean =>
    Array.from(text.matchAll(new RegExp(`\\b${name}\\b`, 'g'))).every(({ index }) =>
      functions.some(({ bodySpan }) => bodySpan.start < index && index < bodySpan.end),
    );
  return (name) =>
    !isOwn(name) &&
    (declared.has(name) || (areHeadersKnown && name.startsWith('bpf_') && isOnlyCalled(name)));
}

const vmlinux = /^(?:.*\/)?vmlinux[\w.-]*\.h$/;

const isKernels = (path: string, system: boolean): boolean =>
  vmlinux.test(path) ||
  /^(?:.*\/)?bpf_(?:helpers|helper_defs|core_read|tracing|endian)\.h$/.test(path) ||
  (system && /^(?:linux|asm)\//.test(path));

/** None of programs under `#if`. */
export function callsOf(
  { text, source }: DocumentView,
  { section, function: fn }: Program,
  isMeant: (name: string) => boolean,
): readonly KfuncCall[] {
  if (section.conditional || fn.conditional) return [];
  // Most programs call none of them: their statements need not be read.
  const words = new Set(text.slice(fn.bodySpan.start, fn.bodySpan.end).match(/\b\w+(?=\s*\()/g));
  if (![...words].some(isMeant)) return [];
  return certainOf(source, fn).flatMap(({ certain }) =>
    certain.flatMap((token, n): KfuncCall[] => {
      if (token.kind !== 'word' || certain[n + 1]?.text !== '(' || !isMeant(token.text)) return [];
      // A member, or a declaration of the same name.
      const before = certain[n - 1];
      const isType = before?.kind === 'word' && before.text !== 'return';
      if (isType || /^(?:->|\.|\*)$/.test(before?.text ?? '')) return [];
      return [{ name: token.text, span: { start: token.start, end: token.end } }];
    }),
  );
}
