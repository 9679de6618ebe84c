import type { CursorContext } from './cursor-model';
import type { SourceAnalysis } from './model';

/** What stands at `offset`, read from the text around it and from the analysis of the whole. Never throws. */
export function cursorContext(analysis: SourceAnalysis, offset: number): CursorContext {
  if (offset < 0 || offset > analysis.text.length) return { kind: 'none' };
  return { kind: 'none' };
}
