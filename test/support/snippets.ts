/** The extension's snippets, as a user gets them who accepts every default. */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';

const snippetFile = v.record(
  v.string(),
  v.strictObject({
    prefix: v.union([v.string(), v.array(v.string())]),
    description: v.string(),
    body: v.array(v.string()),
  }),
);

export interface Snippet {
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly description: string;
  readonly body: string;
}

export function readSnippets(): readonly Snippet[] {
  const path = new URL('../../snippets/ebpf.json', import.meta.url);
  const file = v.parse(snippetFile, JSON.parse(readFileSync(path, 'utf8')));
  return Object.entries(file).map(([name, { prefix, description, body }]) => ({
    name,
    prefixes: [prefix].flat(),
    description,
    body: body.join('\n'),
  }));
}

/** Replaces `${1:default}`, `${1|first,second|}` and their `$1` by the default, and `$0` by nothing. */
export function expandSnippet(body: string): string {
  const defaults = new Map<string, string>([['0', '']]);
  const filled = body.replace(
    /\$\{(?<stop>\d+)(?::(?<text>[^}]*)|\|(?<choices>[^|]*)\|)\}/g,
    (_, stop: string, text: string | undefined, choices: string | undefined) => {
      const value = text ?? choices?.split(',')[0] ?? '';
      defaults.set(stop, value);
      return value;
    },
  );
  return filled.replace(/\$(\d+)/g, (reference, stop: string) => {
    const value = defaults.get(stop);
    if (value === undefined) throw new Error(`${reference} has no default`);
    return value;
  });
}
