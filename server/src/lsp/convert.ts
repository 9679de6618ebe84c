/** Between the offsets of features and the positions of LSP. Both count UTF-16 units. */
import type { Position, Range } from 'vscode-languageserver-types';
import type { Span } from '../analysis/model';

/** The part of a text document that conversion needs. */
export interface Positions {
  positionAt(offset: number): Position;
  offsetAt(position: Position): number;
}

export function toRange(positions: Positions, span: Span): Range {
  return { start: positions.positionAt(span.start), end: positions.positionAt(span.end) };
}

export function toSpan(positions: Positions, range: Range): Span {
  return { start: positions.offsetAt(range.start), end: positions.offsetAt(range.end) };
}
