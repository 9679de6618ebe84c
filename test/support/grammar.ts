/** Colours C text as VS Code does: the same tokenizer, our grammar injected into one for C. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { INITIAL, parseRawGrammar, Registry } from 'vscode-textmate';
import { createOnigScanner, createOnigString, loadWASM } from 'vscode-oniguruma';

const require = createRequire(import.meta.url);
const injection = fileURLToPath(new URL('../../syntaxes/ebpf.injection.tmLanguage.json', import.meta.url));
const verifierLog = fileURLToPath(new URL('../../syntaxes/verifier-log.tmLanguage.json', import.meta.url));
const vscodeC = fileURLToPath(
  new URL(
    '../../.cache/code-server/4.100.3/node_modules/code-server/lib/vscode/extensions/cpp/syntaxes/c.tmLanguage.json',
    import.meta.url,
  ),
);

/** As much of a grammar for C as decides where ours applies: comments and strings. */
const smallC = JSON.stringify({
  scopeName: 'source.c',
  patterns: [
    { name: 'comment.block.c', begin: '/\\*', end: '\\*/' },
    { name: 'comment.line.double-slash.c', match: '//.*$' },
    { name: 'string.quoted.double.c', begin: '"', end: '"', patterns: [{ match: '\\\\.' }] },
  ],
});

/** VS Code's own grammar for C, where its files are at hand: they come with the end-to-end tests. */
export const vscodeGrammar = existsSync(vscodeC) ? vscodeC : undefined;

/** The scopes of every piece of text, innermost last, line by line. */
export type Tokens = readonly { readonly text: string; readonly scopes: readonly string[] }[];

export type Tokenize = (text: string) => Tokens;

/** `cGrammar`: the path of a grammar for C; without it, one that only knows comments and strings. */
export function createTokenizer(cGrammar?: string): Promise<Tokenize> {
  return tokenizer('source.c', {
    'ebpf.injection': readFileSync(injection, 'utf8'),
    'source.c': cGrammar === undefined ? smallC : readFileSync(cGrammar, 'utf8'),
  });
}

export function createLogTokenizer(): Promise<Tokenize> {
  return tokenizer('text.ebpf-verifier-log', { 'text.ebpf-verifier-log': readFileSync(verifierLog, 'utf8') });
}

/** @param grammars their texts, by scope */
async function tokenizer(scope: string, grammars: Readonly<Record<string, string>>): Promise<Tokenize> {
  // A copy: the bytes may be a view into Node's shared pool.
  await loadWASM(Uint8Array.from(readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm'))));
  const registry = new Registry({
    onigLib: Promise.resolve({ createOnigScanner, createOnigString }),
    loadGrammar: (name) => {
      const text = grammars[name];
      return Promise.resolve(text === undefined ? null : parseRawGrammar(text, 'grammar.json'));
    },
    getInjections: (name) => (name === 'source.c' ? ['ebpf.injection'] : undefined),
  });
  const grammar = await registry.loadGrammar(scope);
  if (grammar === null) throw new Error(`no grammar for ${scope}`);

  return (text) => {
    let state = INITIAL;
    return text.split('\n').flatMap((line) => {
      const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
      state = ruleStack;
      return tokens.map(({ startIndex, endIndex, scopes }) => ({
        text: line.slice(startIndex, endIndex),
        scopes,
      }));
    });
  };
}
