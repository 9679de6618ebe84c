/** The programs that come to a place: those in whose body it is, or that call, or pass on, the function around it. */
import type { FunctionDef, Program, SourceAnalysis } from '../analysis/model';
import { contains } from '../view';

export function programsAt(source: SourceAnalysis, offset: number): readonly Program[] {
  const around = source.lookup.at(offset).functions.find(({ bodySpan }) => contains(bodySpan, offset));
  if (around === undefined) return [];
  const seen = new Set([around]);
  const programs: Program[] = [];
  // What is added on the way is gone through, too.
  for (const fn of seen) {
    const { start } = fn.bodySpan;
    const own = source.lookup.at(start).programs.filter((one) => one.function.bodySpan.start === start);
    programs.push(...own);
    if (own.length === 0) for (const caller of mentioning(source, fn)) seen.add(caller);
  }
  return programs;
}

function mentioning(
  { text, lookup }: SourceAnalysis,
  { name, bodySpan }: FunctionDef,
): readonly FunctionDef[] {
  const found = new Set<FunctionDef>();
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    if (isWord(text[at - 1]) || isWord(text[at + name.length])) continue;
    const fn = lookup.at(at).functions.find((one) => one.bodySpan.start < at && at < one.bodySpan.end);
    if (fn && fn.bodySpan.start !== bodySpan.start) found.add(fn);
  }
  return [...found];
}

const isWord = (char: string | undefined): boolean => char !== undefined && /\w/.test(char);
