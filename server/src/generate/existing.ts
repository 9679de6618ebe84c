/** What the file that the program goes into has already, as far as the program could use it or collide with it. */
import { tokenize } from '../analysis/lexer';
import type { FunctionDef, MapDef, SourceAnalysis } from '../analysis/model';
import type { Part } from './model';
import { wordsOf } from './names';

export class Existing {
  readonly #file: SourceAnalysis | undefined;
  readonly #words: ReadonlySet<string>;
  /** The tokens at file scope; what is in braces is one token with them. */
  readonly #tokens: readonly string[];

  constructor(file: SourceAnalysis | undefined) {
    this.#file = file;
    this.#words = wordsOf(file?.text ?? '');
    this.#tokens = topLevel(file?.text ?? '');
  }

  isTaken(name: string): boolean {
    return this.#words.has(name);
  }

  /** Whether a header of this base name is included: `bpf/bpf_helpers.h` and `"bpf_helpers.h"` are the same. */
  includes(path: string): boolean {
    return this.#file?.includes.some((include) => baseName(include.path) === baseName(path)) ?? false;
  }

  /** The string of the license section, `''` where it cannot be read; undefined where there is none. */
  get license(): string | undefined {
    const file = this.#file;
    const site = file?.sections.find(({ value }) => value === 'license');
    if (file === undefined || site === undefined) return undefined;
    return /^\s*(?:=)?\s*"([^"\n]*)"/.exec(file.text.slice(site.span.end))?.[1] ?? '';
  }

  /** Whether the file declares exactly this at file scope, but for blanks and comments. */
  has({ text }: Pick<Part, 'text'>): boolean {
    const wanted = topLevel(text);
    return this.#tokens.some((_, at) => wanted.every((token, i) => this.#tokens[at + i] === token));
  }

  maps(type: string): readonly MapDef[] {
    return this.#file?.maps.filter((map) => map.type === type) ?? [];
  }

  /**
   * The tags of all records that programs send through this map; undefined where one of them cannot be told. None
   * where nobody uses it.
   */
  recordsOf(map: string): ReadonlySet<string> | undefined {
    const file = this.#file;
    if (file === undefined) return new Set();
    const tags = new Set<string>();
    const outside = file.text.match(new RegExp(`&\\s*${map}\\b`, 'g'))?.length ?? 0;
    let known = 0;
    for (const fn of file.functions) {
      const found = recordsSentBy(fn, file.text, map);
      if (found === undefined) return undefined;
      known += found.uses;
      for (const tag of found.tags) tags.add(tag);
    }
    return known === outside ? tags : undefined;
  }
}

function recordsSentBy({ bodySpan }: FunctionDef, text: string, map: string) {
  const body = text.slice(bodySpan.start, bodySpan.end);
  const uses = body.match(new RegExp(`&\\s*${map}\\b`, 'g'))?.length ?? 0;
  const variables = [
    ...body.matchAll(new RegExp(`(\\w+)\\s*=\\s*bpf_ringbuf_reserve\\(\\s*&\\s*${map}\\s*,`, 'g')),
    ...body.matchAll(new RegExp(`bpf_ringbuf_output\\(\\s*&\\s*${map}\\s*,\\s*&?\\s*(\\w+)`, 'g')),
    ...body.matchAll(
      new RegExp(`bpf_perf_event_output\\(\\s*\\w+\\s*,\\s*&\\s*${map}\\s*,[^,]*,\\s*&?\\s*(\\w+)`, 'g'),
    ),
  ].map(([, variable = '']) => variable);
  const tags = variables.flatMap((variable) => {
    const tag = new RegExp(`struct\\s+(\\w+)\\s*\\*?\\s*${variable}\\b`).exec(body)?.[1];
    return tag === undefined ? [] : [tag];
  });
  return variables.length === uses && tags.length === uses ? { uses, tags } : undefined;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function topLevel(text: string): readonly string[] {
  const tokens: string[] = [];
  let depth = 0;
  for (const { text: token } of tokenize(text)) {
    if (depth === 0) tokens.push(token);
    else tokens.push(`${tokens.pop() ?? ''} ${token}`);
    if (token === '{') depth++;
    else if (token === '}' && depth > 0) depth--;
  }
  return tokens;
}
