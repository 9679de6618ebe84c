/** A result that must be 0 or 1, of an expression that may be anything. */
import { spanOf } from './calls';
import type { VerdictFix } from './model';

export const booleanResult: VerdictFix = {
  rules: ['return-value'],
  fix({ stop, text, verdict }) {
    const { kind, head } = stop.statement;
    if (kind !== 'return' || !verdict.kernelText.includes('in [0, 1]')) return undefined;
    const isCallOrName =
      head[0]?.kind === 'word' &&
      (head.length === 1 || head[1]?.text === '(') &&
      !/[-+*/%&|^<>=?!]/.test(head.map((token) => token.text).join(''));
    if (!isCallOrName || /^[A-Z_]+$/.test(head[0]?.text ?? '')) return undefined;
    const span = spanOf(head);
    return {
      title: 'Return 1 for anything but 0',
      edits: [{ span, newText: `${text.slice(span.start, span.end)} != 0` }],
      preferred: true,
    };
  },
};
