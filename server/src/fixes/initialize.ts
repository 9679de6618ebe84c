/** A value for a variable that has none on some path; a struct with its padding. */
import { callAt, plainName } from './calls';
import { isUnsigned, localOf, structOf } from './declared';
import { linesAfterDeclarations } from './layout';
import type { FixContext, Place, VerdictFix } from './model';
import { mentions } from './statements';

export const initialize: VerdictFix = {
  rules: [
    'missing-return-value',
    'stack-uninitialised',
    'uninitialised-register',
    'stack-read-uninitialised',
  ],
  fix(c) {
    const { text, stop } = c;
    const name = subjectOf(c);
    const declared = name === undefined ? undefined : localOf(stop, name);
    if (name === undefined || !declared?.statement || declared.initializer || declared.pointers > 0)
      return undefined;
    const title = `Give \`${name}\` a value where it is declared`;
    const isStruct = !declared.isArray && structOf(c, declared.type) !== undefined;
    if (!isStruct) {
      if (!declared.isArray && isUnsigned(declared) === undefined) return undefined;
      const newText = declared.isArray ? ' = {}' : ' = 0';
      return {
        title,
        edits: [{ span: { start: declared.end, end: declared.end }, newText }],
        preferred: true,
      };
    }
    if (declared.qualifiers.includes('volatile')) return undefined;
    const lines = [`__builtin_memset(&${name}, 0, sizeof(${name}));`];
    const edits = linesAfterDeclarations(text, declared.statement, lines, ({ tokens }) =>
      mentions(tokens, name),
    );
    return edits && { title: `Clear \`${name}\` with its padding`, edits, preferred: true };
  },
};

/** The one local that the statement is about: what it returns, or whose address it passes. */
function subjectOf({ stop, verdict, text }: FixContext): string | undefined {
  const { statement, offset } = stop;
  if (verdict.rule === 'missing-return-value') {
    return statement.kind === 'return'
      ? plainName(text.slice(statement.head[0]?.start, statement.head.at(-1)?.end))
      : undefined;
  }
  const call = callAt(text, statement.tokens, offset);
  const number = /\bR([1-5])\b/.exec(verdict.kernelText)?.[1];
  const locals = (call?.arguments ?? []).flatMap((argument, i) => {
    const name = /^&(\w+)$/.exec(argument.text)?.[1];
    const isMeant = number === undefined || Number(number) === i + 1;
    return name !== undefined && isMeant && isBare(stop, name) ? [name] : [];
  });
  if (call) return locals.length === 1 ? locals[0] : undefined;
  const at = statement.tokens.find(
    ({ start, end, kind }) => kind === 'word' && start <= offset && offset < end,
  );
  const names = statement.tokens.filter(({ kind, text: word }) => kind === 'word' && isBare(stop, word));
  const [only, ...others] = new Set(names.map((token) => token.text));
  if (at && isBare(stop, at.text)) return at.text;
  return others.length === 0 ? only : undefined;
}

/** A local without a value in its declaration. */
function isBare(place: Place, name: string): boolean {
  const declared = localOf(place, name);
  return declared !== undefined && declared.initializer === undefined;
}
