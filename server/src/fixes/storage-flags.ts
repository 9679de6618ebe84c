/** No flags. */
import { callAt } from './calls';
import type { VerdictFix } from './model';

export const storageFlags: VerdictFix = {
  rules: ['storage-flags'],
  fix({ stop, text }) {
    const [, flags] = callAt(text, stop.statement.tokens, stop.offset)?.arguments ?? [];
    return flags && { title: 'Pass no flags', edits: [{ span: flags.span, newText: '0' }], preferred: true };
  },
};
