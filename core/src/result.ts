/**
 * What every parser returns: the value it could make, and what it could not read. Parsers never throw:
 * one bad line costs one line, not the index.
 */
export interface Parsed<T> {
  readonly value: T;
  readonly problems: readonly Problem[];
}

/** One thing a parser could not use. `where` is a line number, a byte offset or a path, in words. */
export interface Problem {
  readonly message: string;
  readonly where?: string;
}
