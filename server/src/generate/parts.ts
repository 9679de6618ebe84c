/** Parts of a program as one text. */
import type { Part } from './model';

/** Includes stand together, and globals that one comment is about; all others have an empty line between them. */
export function joined(parts: readonly Part[]): string {
  let text = '';
  parts.forEach((part, i) => {
    const before = parts[i - 1];
    const isOneLine = part.kind === 'include' || (part.kind === 'global' && !part.text.startsWith('/*'));
    const together = isOneLine && before?.kind === part.kind;
    text += before === undefined ? part.text : `${together ? '\n' : '\n\n'}${part.text}`;
  });
  return text;
}
