/** The statements of functions, read once for all checks of one version of a document. */
import type { FunctionDef, SourceAnalysis } from '../analysis/model';
import { functionBody, type Statement } from '../fixes/statements';
import { certainStatements, type Statement as Certain } from './certain-code';

interface Read {
  body?: { readonly value: Statement | undefined };
  certain?: readonly Certain[];
}

const made = new WeakMap<SourceAnalysis, Map<FunctionDef, Read>>();

function readOf(source: SourceAnalysis, fn: FunctionDef): Read {
  const all = made.get(source) ?? new Map<FunctionDef, Read>();
  made.set(source, all);
  const read = all.get(fn) ?? {};
  all.set(fn, read);
  return read;
}

/** As `functionBody`. */
export function bodyOf(source: SourceAnalysis, fn: FunctionDef): Statement | undefined {
  const read = readOf(source, fn);
  read.body ??= { value: functionBody(source.text, fn.bodySpan) };
  return read.body.value;
}

/** As `certainStatements`. */
export function certainOf(source: SourceAnalysis, fn: FunctionDef): readonly Certain[] {
  const read = readOf(source, fn);
  read.certain ??= certainStatements(source.text, fn, source.maps);
  return read.certain;
}
