/** `const` for a string that a helper only compares with. */
import { tokenize } from '../analysis/lexer';
import { callAt } from './calls';
import { declarationOf, localOf } from './declared';
import type { VerdictFix } from './model';

export const constantString: VerdictFix = {
  rules: ['constant-string'],
  fix(c) {
    const { stop, text, verdict } = c;
    const call = callAt(text, stop.statement.tokens, stop.offset);
    const number = /^R([1-5])\b/.exec(verdict.kernelText)?.[1];
    const name = number === undefined ? undefined : call?.arguments[Number(number) - 1]?.text;
    const declared = name === undefined ? undefined : declarationOf(c, stop, name);
    if (name === undefined || !declared || localOf(stop, name) || !declared.isArray || declared.pointers > 0)
      return undefined;
    if (declared.qualifiers.length > 0 || declared.initializer === undefined) return undefined;
    // Nothing else in the file may write to it.
    if (tokenize(text).filter((token) => token.text === name).length !== 2) return undefined;
    const { start } = declared.typeSpan;
    return {
      title: `Make \`${name}\` constant`,
      edits: [{ span: { start, end: start }, newText: 'const ' }],
      preferred: true,
    };
  },
};
