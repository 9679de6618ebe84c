/** Parts of a program as one text. */
import type { Part } from './model';

/** Parts of one line of the same kind stand together; all others have an empty line between them. */
export function joined(parts: readonly Part[]): string {
  let text = '';
  parts.forEach((part, i) => {
    const before = parts[i - 1];
    const together = before?.kind === part.kind && (part.kind === 'include' || part.kind === 'global');
    text += before === undefined ? part.text : `${together ? '\n' : '\n\n'}${part.text}`;
  });
  return text;
}
