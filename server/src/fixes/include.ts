/** An `#include` that a fix needs. */
import type { Edit, FixContext } from './model';

/**
 * Behind the last include of its kind; nothing where the file has it, or already uses what it defines.
 * @param macro one of its macros
 */
export function includeEdit(
  { text, source }: Pick<FixContext, 'text' | 'source'>,
  path: string,
  macro: string,
): Edit[] {
  if (source.includes.some((one) => one.path === path) || text.includes(`${macro}(`)) return [];
  const last = source.includes.findLast(({ system }) => system) ?? source.includes.at(-1);
  if (last === undefined) return [];
  const line = text.indexOf('\n', last.span.end);
  const at = line < 0 ? text.length : line;
  return [{ span: { start: at, end: at }, newText: `\n#include <${path}>` }];
}
