/**
 * What a line of source calls a value. Only the text of one line is known, so these are plain readings of it: they give
 * nothing where they are not sure.
 */

/** `value` of `struct val *value = bpf_map_lookup_elem(&counts, &key);`; also `e->next`, `args[0]`. */
export function assignedName(text: string, call?: string): string | undefined {
  const behind = call === undefined ? '' : String.raw`(?:\([^()]*\)\s*)*(?:__)?${escape(call)}\s*\(`;
  const match = new RegExp(
    String.raw`(?:^|[\s*(])([A-Za-z_]\w*(?:(?:->|\.)\w+|\[\w+\])*)\s*=(?!=)\s*${behind}`,
  ).exec(text);
  return match?.[1];
}

/** The arguments of a call in a line, where it is all on that line. */
export function callArguments(text: string, call: string): readonly string[] | undefined {
  const start = new RegExp(String.raw`\b${escape(call)}\s*\(`).exec(text);
  if (!start) return undefined;
  const found: string[] = [];
  let depth = 0;
  let begin = start.index + start[0].length;
  for (let at = begin; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++;
    } else if (char === '(' || char === '[' || char === '{') depth++;
    else if (char === ',' && depth === 0) {
      found.push(text.slice(begin, at).trim());
      begin = at + 1;
    } else if (char === ')' || char === ']' || char === '}') {
      if (depth === 0) return [...found, text.slice(begin, at).trim()];
      depth--;
    }
  }
  return undefined;
}

/** One place of a line where an address is followed. */
export interface Dereference {
  /** What is followed: `t->real_parent` of `t->real_parent->tgid`. */
  readonly pointer: string;
  /** The whole of it: `t->real_parent->tgid`. */
  readonly expression: string;
  /** From 1, in the text: of the member, the bracket or the star. */
  readonly column: number;
}

/** All `p->x`, `p[i]` and `*p` of a line, from left to right. */
export function dereferences(text: string): readonly Dereference[] {
  const found: Dereference[] = [];
  const chain = /[A-Za-z_]\w*(?:(?:->|\.)[A-Za-z_]\w*|\[[^[\]]*\])+/g;
  for (const match of text.matchAll(chain)) {
    const whole = match[0];
    for (const part of whole.matchAll(/(->|\[)/g)) {
      const at = part.index;
      const end =
        part[0] === '['
          ? whole.indexOf(']', at) + 1
          : at + 2 + (/^\w+/.exec(whole.slice(at + 2))?.[0].length ?? 0);
      found.push({
        pointer: whole.slice(0, at),
        expression: whole.slice(0, end),
        column: match.index + at + (part[0] === '[' ? 1 : 3),
      });
    }
  }
  for (const match of text.matchAll(
    /(^|[=(,;{&|!<>+\-?:]\s*|return\s+)\*\s*([A-Za-z_]\w*)(?!\s*(?:->|\.|\[|\())/g,
  )) {
    const pointer = match[2] ?? '';
    found.push({ pointer, expression: `*${pointer}`, column: match.index + (match[1]?.length ?? 0) + 1 });
  }
  for (const match of text.matchAll(
    /\*\s*\(([^()]*\*\s*)\)\s*&?\s*([A-Za-z_]\w*(?:(?:->|\.)\w+|\[\w+\])*)/g,
  )) {
    // `*(int *)value->last`; with `&` in front of the expression it is no pointer.
    const pointer = match[2] ?? '';
    if (!/&\s*$/.test(match[0].slice(0, -pointer.length))) {
      found.push({ pointer, expression: match[0], column: match.index + 1 });
    }
  }
  return found.sort((a, b) => a.column - b.column);
}

/** Whether a name stands in a line as a word of its own. */
export function mentions(text: string, name: string): boolean {
  return new RegExp(String.raw`(?<![\w.>])${escape(name)}(?!\w)`).test(text);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
