// C fixtures that carry their own positions: `/*|*/` is the cursor, `/*<*/ … /*>*/` a range, and a comment under a line
// that draws carets is an expected finding:
//
//     SEC("tp/sched/nope")
//     //      ^^^^^^^^^^ error[unknown-tracepoint]: no such event

export interface MarkedSource {
  /** The source without the markers. Caret comments stay: they are C. */
  readonly text: string;
  /** Offsets of the cursor markers in `text`, in order. */
  readonly cursors: readonly number[];
  /** Spans of the range markers in `text`, in the order in which they open. */
  readonly ranges: readonly MarkedRange[];
  /** What the caret comments expect, in order. */
  readonly expectations: readonly Expectation[];
}

export interface MarkedRange {
  readonly start: number;
  readonly end: number;
}

/** `// ^^^ error[code]: message`: the carets' columns on the nearest line above that is not itself a caret comment. */
export interface Expectation {
  readonly span: MarkedRange;
  readonly severity: string;
  readonly code: string;
  /** Empty where only severity and code are expected. */
  readonly message: string;
}

/** Takes the markers out of a fixture. Throws on an unbalanced range: that is a mistake in the test. */
export function parseMarkers(source: string): MarkedSource {
  let text = '';
  const cursors: number[] = [];
  const ranges: { start: number; end: number }[] = [];
  const open: { start: number; end: number }[] = [];
  for (const part of source.split(/(\/\*[|<>]\*\/)/)) {
    if (part === '/*|*/') cursors.push(text.length);
    else if (part === '/*<*/') {
      const range = { start: text.length, end: -1 };
      open.push(range);
      ranges.push(range);
    } else if (part === '/*>*/') {
      const range = open.pop();
      if (!range) throw new Error('a range is closed that was not opened');
      range.end = text.length;
    } else text += part;
  }
  if (open.length > 0) throw new Error('a range is not closed');
  return { text, cursors, ranges, expectations: expectationsOf(text) };
}

/** The single cursor of a fixture. Throws where there is none, or more than one. */
export function parseCursor(source: string): { text: string; offset: number } {
  const { text, cursors } = parseMarkers(source);
  const [offset] = cursors;
  if (offset === undefined || cursors.length !== 1) throw new Error('the fixture needs exactly one cursor');
  return { text, offset };
}

function expectationsOf(text: string): Expectation[] {
  const found: Expectation[] = [];
  let start = 0;
  let target = 0;
  for (const line of text.split('\n')) {
    const match = /^(\s*\/\/\s*)(\^+)\s+(\w+)\[([\w-]+)\](?::\s*(.*?))?\s*$/.exec(line);
    if (match) {
      const [, lead = '', carets = '', severity = '', code = '', message = ''] = match;
      const span = { start: target + lead.length, end: target + lead.length + carets.length };
      found.push({ span, severity, code, message });
    } else {
      target = start;
    }
    start += line.length + 1;
  }
  return found;
}
