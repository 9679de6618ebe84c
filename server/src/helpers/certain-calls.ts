/** Calls of helpers that a program certainly makes, so that the verifier judges them. */
import { GPL_ONLY_HELPERS } from '#core/bpf/helper-licenses.generated';
import type { Token } from '../analysis/lexer';
import type { Program, SourceAnalysis, Span } from '../analysis/model';
import type { DocumentView } from '../view';
import { certainOf } from './bodies';

export interface HelperCall {
  readonly helper: string;
  /** As written: the helper or libbpf's macro around it. */
  readonly callee: string;
  readonly span: Span;
}

/** libbpf's macros that end in a GPL-only helper, whatever its version. */
const macros: ReadonlyMap<string, string> = new Map([
  ['bpf_printk', 'bpf_trace_printk'],
  ['BPF_SEQ_PRINTF', 'bpf_seq_printf'],
  ['BPF_SNPRINTF', 'bpf_snprintf'],
  ['BPF_CORE_READ', 'bpf_probe_read_kernel'],
  ['BPF_CORE_READ_INTO', 'bpf_probe_read_kernel'],
  ['BPF_CORE_READ_STR_INTO', 'bpf_probe_read_kernel_str'],
  ['BPF_CORE_READ_USER', 'bpf_probe_read_user'],
  ['bpf_core_read', 'bpf_probe_read_kernel'],
  ['bpf_core_read_str', 'bpf_probe_read_kernel_str'],
]);

export function macrosAround(helper: string): readonly string[] {
  return [...macros].flatMap(([macro, called]) => (called === helper ? [macro] : []));
}

/** A call of a program, in the order of the text; none of programs under `#if`. */
export interface CertainCall extends HelperCall {
  readonly program: Program;
}

/** The calls of these helpers that a program certainly makes. */
export function certainCalls(
  { text, source }: DocumentView,
  program: Program,
  isMeant: (helper: string) => boolean,
): readonly CertainCall[] {
  if (program.section.conditional || program.function.conditional) return [];
  // Most programs call none of them: their statements need not be read.
  const { start, end } = program.function.bodySpan;
  const words = new Set(text.slice(start, end).match(/\bbpf_\w+/gi));
  if (![...words].some((word) => isMeant(macros.get(word) ?? word))) return [];
  return certainOf(source, program.function).flatMap(({ certain }) =>
    certain.flatMap((token, n) => {
      const callee = token.text;
      if (token.kind !== 'word' || certain[n + 1]?.text !== '(' || isOwn(source, callee)) return [];
      const helper = macros.get(callee) ?? callee;
      if (!isMeant(helper)) return [];
      // A member, or a declaration of the same name.
      const before = certain[n - 1];
      if (/^(?:->|\.|\*)$/.test(before?.text ?? '') || isType(before)) return [];
      return [{ helper, callee, span: { start: token.start, end: token.end }, program }];
    }),
  );
}

export const gplOnlyCalls = (view: DocumentView): readonly CertainCall[] =>
  view.source.programs.flatMap((program) =>
    certainCalls(view, program, (helper) => GPL_ONLY_HELPERS.has(helper)),
  );

/** What the file itself defines is no helper. */
const isOwn = ({ functions, expressions }: SourceAnalysis, name: string): boolean =>
  expressions.isMacro(name) || functions.some((fn) => fn.name === name);

const isType = (token: Token | undefined): boolean => token?.kind === 'word' && token.text !== 'return';
