/** The extension's snippets, as a user gets them who accepts every default, or takes another of the choices. */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';

const manifestFile = v.object({
  contributes: v.object({ snippets: v.array(v.object({ language: v.string(), path: v.string() })) }),
});

const snippetFile = v.record(
  v.string(),
  v.strictObject({
    prefix: v.union([v.string(), v.array(v.string())]),
    description: v.string(),
    body: v.array(v.string()),
  }),
);

export interface Snippet {
  /** `maps`: its file's name. */
  readonly file: string;
  readonly name: string;
  /** What a user types. The first one names the snippet in tests. */
  readonly prefixes: readonly string[];
  /** Without the `(Linux 5.8, bpf_tracing.h)` at its end. */
  readonly description: string;
  /** Of libbpf, beside bpf_helpers.h: `bpf_tracing.h`. */
  readonly headers: readonly string[];
  /** The first kernel that has everything in it, `5.8`; undefined where it is older than 5.0. */
  readonly since: string | undefined;
  readonly body: string;
}

/** One text that a snippet can give. */
export interface Expansion {
  readonly snippet: Snippet;
  /** `bpf-map-hash`, or `bpf-map-hash LRU_HASH` for another choice than the first. */
  readonly title: string;
  readonly text: string;
}

const root = new URL('../../', import.meta.url);

/** Those that package.json contributes, in its order. */
export function readSnippets(): readonly Snippet[] {
  const manifest = v.parse(manifestFile, JSON.parse(readFileSync(new URL('package.json', root), 'utf8')));
  return manifest.contributes.snippets.flatMap(({ path }) => {
    const file = v.parse(snippetFile, JSON.parse(readFileSync(new URL(path, root), 'utf8')));
    return Object.entries(file).map(([name, { prefix, description, body }]) => ({
      file: /(?<name>[\w-]+)\.json$/.exec(path)?.groups?.['name'] ?? path,
      name,
      prefixes: [prefix].flat(),
      ...needs(description),
      body: body.join('\n'),
    }));
  });
}

function needs(text: string): Pick<Snippet, 'description' | 'headers' | 'since'> {
  const end = /^(?<description>.*) \((?<needs>(?:(?:, )?(?:Linux \d+\.\d+|[\w.]+\.h))+)\)$/.exec(text);
  const parts = end?.groups?.['needs']?.split(', ') ?? [];
  return {
    description: end?.groups?.['description'] ?? text,
    headers: parts.filter((part) => part.endsWith('.h')),
    since: parts.find((part) => part.startsWith('Linux '))?.slice('Linux '.length),
  };
}

/** `bpf-xdp`, typed, with every default. */
export function snippetText(prefix: string): string {
  const snippet = readSnippets().find(({ prefixes }) => prefixes.includes(prefix));
  if (snippet === undefined) throw new Error(`no snippet ${prefix}`);
  return expandSnippet(snippet.body);
}

/** Every text: all defaults, then each other choice of each `${1|first,second|}` with the defaults elsewhere. */
export function expansionsOf(snippet: Snippet): readonly Expansion[] {
  const prefix = snippet.prefixes[0] ?? '';
  const others = [...snippet.body.matchAll(placeholder)].flatMap(({ groups }) =>
    choicesOf(groups).map((choice) => ({ stop: groups?.['stop'] ?? '', choice })),
  );
  return [
    { snippet, title: prefix, text: expandSnippet(snippet.body) },
    ...others.map(({ stop, choice }) => ({
      snippet,
      title: `${prefix} ${choice}`,
      text: expandSnippet(snippet.body, new Map([[stop, choice]])),
    })),
  ];
}

const placeholder = /\$\{(?<stop>\d+)(?::(?<text>[^}]*)|\|(?<choices>[^|]*)\|)\}/g;

/** All but the first, which is the default. */
function choicesOf(groups: Readonly<Record<string, string | undefined>> | undefined): readonly string[] {
  return groups?.['choices']?.split(',').slice(1) ?? [];
}

/** Replaces `${1:default}`, `${1|first,second|}` and their `$1`, `${1}` by the default or what is chosen, `$0` by nothing. */
export function expandSnippet(body: string, chosen: ReadonlyMap<string, string> = new Map()): string {
  const values = new Map<string, string>([['0', '']]);
  const filled = body.replace(
    placeholder,
    (_, stop: string, text: string | undefined, choices: string | undefined) => {
      const value = chosen.get(stop) ?? text ?? choices?.split(',')[0] ?? '';
      values.set(stop, value);
      return value;
    },
  );
  return filled.replace(/\$\{?(\d+)\}?/g, (reference, stop: string) => {
    const value = values.get(stop);
    if (value === undefined) throw new Error(`${reference} has no default`);
    return value;
  });
}
