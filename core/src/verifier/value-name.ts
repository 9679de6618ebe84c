/** What the source calls the value that a register holds. */
import { calledFunction, positionOf, statementText } from './circumstances';
import type { Circumstances, Walk } from './circumstances';
import { assignedName, callArguments, dereferences, mentions } from './names';
import type { Dereference } from './names';
import type { Trace } from './trace';

/** An expression of the source, without backquotes; undefined where none is sure. */
export function nameOfValue(
  c: Circumstances,
  at: number,
  register: number,
  trace: Trace,
): string | undefined {
  const position = positionOf(c, at);
  const effect = c.tracer.steps[at]?.effect;
  if (!position || !effect) return undefined;
  const text = statementText(c, position);
  const made = nameAtOrigin(c, trace);
  if (effect.kind === 'call' || effect.kind === 'call-local') {
    const name = calledFunction(c, at);
    const given = name === undefined ? undefined : callArguments(text, name)?.[register - 1];
    if (given !== undefined && given !== '') return withoutCasts(given);
  }
  const followed = dereferenceAt(position.text, position.column);
  if (followed && isAddress(effect, register)) return followed.pointer;
  if (made !== undefined && mentions(text, made)) return made;
  if (!isAddress(effect, register)) return undefined;
  const pointers = [...new Set(dereferences(text).map(({ pointer }) => pointer))];
  // What was read on this line before is not the first pointer of it.
  const { end } = trace;
  const isChain = end.kind === 'load' && positionOf(c, end.at)?.line === position.line;
  const [first, ...longer] = pointers.sort((a, b) => a.length - b.length);
  if (first === undefined) return undefined;
  const isOneChain = longer.every((pointer) => pointer.startsWith(first));
  if (!isOneChain) return undefined;
  if (!isChain) return first;
  return longer.length === 1 ? longer[0] : undefined;
}

/** The variable that the origin's line assigns to. */
export function nameAtOrigin(c: Walk, { end }: Trace): string | undefined {
  if (end.kind !== 'call' && end.kind !== 'load' && end.kind !== 'constant') return undefined;
  const position = positionOf(c, end.at);
  if (!position) return undefined;
  const text = statementText(c, position);
  if (end.kind !== 'call') return assignedName(text);
  return assignedName(text, end.name) ?? (text.includes(end.name) ? undefined : assignedName(text));
}

/** What the compiler says is followed there: its column is that of the member, the bracket or the star. */
function dereferenceAt(text: string, column: number | undefined): Dereference | undefined {
  if (!column) return undefined;
  return dereferences(text).find((one) => one.column === column || one.column === column + 1);
}

/** The index of an array access, where there is one that is not a constant: `i` of `values[i]`. */
export function indexExpression(c: Circumstances, at: number): string | undefined {
  const position = positionOf(c, at);
  if (!position) return undefined;
  const indices = dereferences(position.text).flatMap(({ expression }) => {
    const inside = /\[([^[\]]+)\]$/.exec(expression)?.[1]?.trim();
    return inside === undefined || /^(?:\d+|0x[0-9a-f]+)$/i.test(inside) ? [] : [inside];
  });
  const different = [...new Set(indices)];
  return different.length === 1 ? different[0] : undefined;
}

function isAddress(
  effect: NonNullable<Circumstances['tracer']['steps'][number]>['effect'],
  register: number,
): boolean {
  if (effect.kind === 'load') return effect.from === register;
  if (effect.kind === 'store' || effect.kind === 'atomic') return effect.base === register;
  return false;
}

function withoutCasts(expression: string): string {
  const inner = expression.replace(/^(?:\([^()]*\*+\s*\)\s*)+/, '').replace(/\s+/g, ' ');
  return inner === '' ? expression : inner;
}
