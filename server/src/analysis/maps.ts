/** BPF maps: variables in `.maps` (BTF-defined) or `maps` (the older `struct bpf_map_def`). */
import { declarationTokens } from './functions';
import type { Token } from './lexer';
import { endOfGroup } from './mask';
import type { MapDef, Span } from './model';

type Attributes = Map<string, { readonly text: string; readonly span: Span }>;

/** The map that a chunk with such a section declares, spans in the chunk's own text. */
export function readMap(text: string, tokens: readonly Token[]): MapDef | undefined {
  const declaration = declarationTokens(tokens);
  const first = declaration[0];
  const last = declaration.at(-1);
  const name = variableName(declaration);
  if (!first || !last || !name) return undefined;
  const attributes: Attributes = new Map();
  readFields(text, tokens, attributes);
  readInitializer(text, tokens, attributes);
  const type = attributes.get('type')?.text;
  return {
    name: name.text,
    nameSpan: { start: name.start, end: name.end },
    span: { start: first.start, end: last.end },
    ...(type !== undefined && { type }),
    attributes,
  };
}

/** The last word at the top level before `;`, `=` or `[`. */
function variableName(tokens: readonly Token[]): Token | undefined {
  let name: Token | undefined;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (token?.text === '{') i = endOfGroup(tokens, i) - 1;
    else if (token?.text === ';' || token?.text === '=' || token?.text === '[') break;
    else if (token?.kind === 'word') name = token;
  }
  return name && /^(?:struct|union|static|const|volatile|extern)$/.test(name.text) ? undefined : name;
}

/** `__uint(max_entries, 256 * 1024);` */
function readFields(text: string, tokens: readonly Token[], attributes: Attributes): void {
  for (let i = 0; i < tokens.length; i++) {
    if (!/^__(?:uint|type|array|ulong)$/.test(tokens[i]?.text ?? '') || tokens[i + 1]?.text !== '(') continue;
    const end = endOfGroup(tokens, i + 1);
    const key = tokens[i + 2];
    if (key && tokens[i + 3]?.text === ',') add(text, attributes, key, tokens[i + 4], tokens[end - 2]);
    // The fields of a map inside of a map are not this one's.
    i = end - 1;
  }
}

/** `.type = BPF_MAP_TYPE_HASH,` */
function readInitializer(text: string, tokens: readonly Token[], attributes: Attributes): void {
  for (const [i, token] of tokens.entries()) {
    const key = tokens[i + 1];
    if (token.text !== '.' || key?.kind !== 'word' || tokens[i + 2]?.text !== '=') continue;
    let end = i + 3;
    while (end < tokens.length && tokens[end]?.text !== ',' && tokens[end]?.text !== '}') {
      end = /^[([{]$/.test(tokens[end]?.text ?? '') ? endOfGroup(tokens, end) : end + 1;
    }
    add(text, attributes, key, tokens[i + 3], tokens[end - 1]);
  }
}

function add(
  text: string,
  attributes: Attributes,
  key: Token,
  first: Token | undefined,
  last: Token | undefined,
): void {
  if (!first || !last || last.end < first.end || attributes.has(key.text)) return;
  const span = { start: first.start, end: last.end };
  attributes.set(key.text, { text: text.slice(span.start, span.end), span });
}
