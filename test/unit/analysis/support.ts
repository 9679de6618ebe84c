/** One analyzer for the tests of this folder, and short words for what an analysis says. */
import type { CtxUse, PathStep, SourceAnalysis, Span } from '#server/analysis/model';
import { testAnalyzer } from '#support/analyzer';

const analyzer = await testAnalyzer();

export function open(text: string) {
  return analyzer.open(text);
}

export function analyse(text: string): SourceAnalysis {
  const file = analyzer.open(text);
  const { analysis } = file;
  file.dispose();
  return analysis;
}

export function at(text: string, span: Span | undefined): string | undefined {
  return span && text.slice(span.start, span.end);
}

/** `.args[1]`, `[?]`, `+24:8` */
export function pathText(path: readonly PathStep[]): string {
  return path
    .map((step) => {
      if (step.kind === 'member') return `.${step.name}`;
      return step.kind === 'index' ? `[${step.value ?? '?'}]` : `+${step.value}:${step.size}`;
    })
    .join('');
}

/** `ctx->args[1] = .args[1] read` with `unsure`, via, struct and consumer where they are not the plain case. */
export function useText(text: string, use: CtxUse): string {
  const words = [`${at(text, use.span) ?? ''} = ${pathText(use.path)} ${use.access}`];
  if (use.via !== 'ctx') words.push(`via ${use.via}`);
  if (use.dereferenced) words.push('dereferenced');
  if (!use.certain) words.push('unsure');
  return words.join(', ');
}

export function usesOf(text: string): string[] {
  return analyse(text).ctxUses.map((use) => useText(text, use));
}

/** A handler of `sys_enter_openat` around some statements, with what they need. */
export function handler(body: string, before = ''): string {
  return `${before}
u64 sink;
SEC("tp/syscalls/sys_enter_openat")
int handle(struct trace_event_raw_sys_enter *ctx)
{
${body}
	return 0;
}
`;
}
