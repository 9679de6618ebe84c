/** The start of the record: `record` for `&record->last`. */
import { callAt } from './calls';
import type { VerdictFix } from './model';

export const releasedAddress: VerdictFix = {
  rules: ['argument-zero-offset'],
  fix({ stop, text }) {
    const [first] = callAt(text, stop.statement.tokens, stop.offset)?.arguments ?? [];
    const name = /^&(\w+)->\w+$/.exec(first?.text ?? '')?.[1];
    if (!first || name === undefined) return undefined;
    return { title: `Pass \`${name}\``, edits: [{ span: first.span, newText: name }], preferred: true };
  },
};
