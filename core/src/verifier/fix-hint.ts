/** What a mechanical fix needs to know. */
import type { Culprit, Index } from './blame';
import { calledFunction } from './circumstances';
import type { Circumstances } from './circumstances';
import type { MessageRule } from './messages/rule';
import type { FixHint } from './model';
import { assignedName } from './names';
import { acquiredAt } from './refine';
import { positionOf } from './circumstances';
import { followedExpression } from './value-name';

export function fixFor(
  c: Circumstances,
  { fix }: MessageRule,
  culprit: Culprit | undefined,
  index: Index | undefined,
): FixHint | undefined {
  if (fix === undefined) return undefined;
  const hint = (...names: (string | undefined)[]): FixHint => ({
    kind: fix,
    names: names.filter((name) => name !== undefined),
  });
  switch (fix) {
    case 'license':
      return hint();
    case 'core-read':
    case 'user-read':
      return hint(followedExpression(c, c.at));
    case 'bound':
      return index?.name === undefined ? undefined : hint(index.name);
    case 'release': {
      const at = acquiredAt(c);
      const position = at === undefined ? undefined : positionOf(c, at);
      const call = at === undefined ? undefined : calledFunction(c, at);
      return hint(position && assignedName(position.text, call), call);
    }
    default:
      return hint(culprit?.name);
  }
}
