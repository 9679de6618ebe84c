/** `static` for a function that the verifier would otherwise look at by itself. */
import { callAt } from './calls';
import type { VerdictFix } from './model';

export const staticFunction: VerdictFix = {
  rules: ['global-function-return', 'callback-function', 'lock-held-call'],
  fix({ text, source, stop, verdict }) {
    const call = callAt(text, stop.statement.tokens, stop.offset);
    const names =
      verdict.rule === 'global-function-return'
        ? [stop.function.name]
        : [call?.name ?? '', ...(call?.arguments.map((argument) => argument.text) ?? [])];
    const meant = source.functions.filter(({ name, isStatic }) => names.includes(name) && !isStatic);
    const [fn] = meant;
    const isProgram = source.programs.some((program) => program.function === fn);
    if (!fn || meant.length > 1 || isProgram || fn.macro !== undefined) return undefined;
    const start = startOf(text, fn.span.start);
    // Declared elsewhere, it is for others too.
    if (
      new RegExp(String.raw`\b${fn.name}\s*\([^{}]*\)\s*;`).test(
        text.slice(0, start).replaceAll(/\{[^{}]*\}/g, ''),
      )
    )
      return undefined;
    return {
      title: `Make \`${fn.name}()\` static`,
      edits: [{ span: { start, end: start }, newText: 'static ' }],
      preferred: true,
    };
  },
};

/** Before the qualifiers that stand in front of the type: `__noinline`. */
function startOf(text: string, start: number): number {
  const line = text.lastIndexOf('\n', start - 1) + 1;
  return /^(?:\w+ )*$/.test(text.slice(line, start)) ? line : start;
}
