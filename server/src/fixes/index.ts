/** Edits that make the verifier accept what it refused, from its explained verdict and the source. */
import type { Verdict } from '#core/messages/verdict-fixes';
import type { Fix } from '../checks/check';
import type { DocumentView } from '../view';
import { booleanResult } from './boolean-result';
import { borrowedRelease } from './borrowed-release';
import { callBeforeLock } from './call-before-lock';
import { constantString } from './constant-string';
import { coreGuard } from './core-guard';
import { coreRead } from './core-read';
import { ctxArgument } from './ctx-argument';
import { heldLock } from './held-lock';
import { indexBound } from './index-bound';
import { initialize } from './initialize';
import { invertedCheck } from './inverted-check';
import { lateRelease } from './late-release';
import { license } from './license';
import { lockAround } from './lock-around';
import { missingRelease } from './missing-release';
import type { FixContext, Place, VerdictFix } from './model';
import { nullCheck } from './null-check';
import { ownMap } from './own-map';
import { packetBounds } from './packet-bounds';
import { packetReload } from './packet-reload';
import { releasedAddress } from './released-address';
import { repeatedCall } from './repeated-call';
import { restoreOrder } from './restore-order';
import { sizeBound } from './size-bound';
import { specialField } from './special-field';
import { functionBody, statementAt } from './statements';
import { staticFunction } from './static-function';
import { storageFlags } from './storage-flags';
import { threadId } from './thread-id';
import { userRead } from './user-read';
import { withoutSleep } from './without-sleep';

const fixes: readonly VerdictFix[] = [
  ...[booleanResult, borrowedRelease, callBeforeLock, constantString, coreGuard, coreRead, ctxArgument],
  ...[heldLock, indexBound, initialize, invertedCheck, lateRelease, license, lockAround, missingRelease],
  ...[nullCheck, ownMap, packetBounds, packetReload, releasedAddress, repeatedCall, restoreOrder],
  ...[sizeBound, specialField, staticFunction, storageFlags, threadId, userRead, withoutSleep],
];

/** None where the document is no longer the text that was judged. */
export function verdictFixes(view: DocumentView, verdict: Verdict): readonly Fix[] {
  const own = fixes.filter(({ rules }) => rules.includes(verdict.rule));
  const [first, second] = verdict.labels;
  const stop = first && own.length > 0 ? placeOf(view, first) : undefined;
  if (!stop) return [];
  const { text, source, headers, kernel } = view;
  const cause = second && placeOf(view, second, stop);
  const c: FixContext = { text, source, headers, types: kernel.index.types, verdict, stop, cause };
  return own.flatMap((one) => one.fix(c) ?? []);
}

/** @param known a place that may be in the same function: then both have the same statements */
function placeOf(
  { text, source }: DocumentView,
  label: Verdict['labels'][number],
  known?: Place,
): Place | undefined {
  const start = startOfLine(text, label.line);
  if (start === undefined) return undefined;
  const line = text.slice(start).split('\n', 1)[0] ?? '';
  if (line.trim() !== label.text.trim()) return undefined;
  const offset = start + (label.column > 0 ? label.column - 1 : line.search(/\S|$/));
  const fn = source.functions.find(({ span }) => span.start <= offset && offset < span.end);
  if (!fn || fn.conditional) return undefined;
  const body = known?.function === fn ? known.body : functionBody(text, fn.bodySpan);
  if (!body) return undefined;
  const program = source.programs.find((one) => one.function.span.start === fn.span.start);
  // At a function's name or its brace it is about all of it.
  return { offset, statement: statementAt(body, offset) ?? body, body, function: fn, program };
}

function startOfLine(text: string, line: number): number | undefined {
  let start = 0;
  for (let i = 1; i < line; i++) {
    start = text.indexOf('\n', start) + 1;
    if (start === 0) return undefined;
  }
  return start;
}
