/** What stands at a cursor, read from the text around it and from the analysis of the whole file. */
import { splitArguments } from './arguments';
import { constantNumber } from './constant';
import { readerOf } from './ctx-uses/readers';
import type { CtxReceiver, CursorContext } from './cursor-model';
import { declarationCursor } from './cursor-declaration';
import {
  chainBefore,
  isInComment,
  openBrackets,
  tokensBefore,
  type Chain,
  type ChainStep,
} from './cursor-tokens';
import { endOfLiteral, endOfWord, isClosed, type Token } from './lexer';
import type { CtxName, PathStep, SourceAnalysis, Span } from './model';
import { writtenType } from './types';

const none: CursorContext = { kind: 'none' };

/** Never throws; `none` wherever it is not clear what is being typed. */
export function cursorContext(analysis: SourceAnalysis, offset: number): CursorContext {
  const { text } = analysis;
  if (offset < 0 || offset > text.length || isInComment(text, offset)) return none;
  const tokens = tokensBefore(text, offset);
  const last = tokens.at(-1);
  if (last?.kind === 'directive') return none;
  if (last?.kind === 'string' && !(isClosed(last.text) && last.end === offset))
    return sectionCursor(text, tokens, last, offset);
  if (last?.kind === 'char' && !isClosed(last.text)) return none;
  return (
    memberCursor(analysis, tokens, offset) ??
    indexCursor(analysis, tokens, offset) ??
    declarationCursor(analysis, offset)
  );
}

function sectionCursor(text: string, tokens: readonly Token[], string: Token, offset: number): CursorContext {
  let i = tokens.length - 2;
  while (tokens[i]?.kind === 'string') i--;
  if (tokens[i]?.text !== '(' || !/^(?:SEC|section|__section__|__section)$/.test(tokens[i - 1]?.text ?? ''))
    return none;
  const start = string.start + 1;
  const literalEnd = endOfLiteral(text, string.start);
  const quoteClosed = isClosed(text.slice(string.start, literalEnd));
  const end = quoteClosed
    ? literalEnd - 1
    : offset + (/^[^\s")]*/.exec(text.slice(offset, literalEnd))?.[0].length ?? 0);
  const parenthesisClosed = /^\s*\)/.test(text.slice(quoteClosed ? end + 1 : end, end + 32));
  return {
    kind: 'section',
    typed: text.slice(start, offset),
    span: { start, end },
    quoteClosed,
    parenthesisClosed,
  };
}

/** The word at the cursor, as far as it is typed, and the tokens before it. */
function splitWord(
  text: string,
  tokens: readonly Token[],
  offset: number,
): { before: readonly Token[]; typed: string; span: Span } {
  const last = tokens.at(-1);
  const isTyped = (last?.kind === 'word' || last?.kind === 'number') && last.end === offset;
  const start = isTyped ? last.start : offset;
  return {
    before: isTyped ? tokens.slice(0, -1) : tokens,
    typed: text.slice(start, offset),
    span: { start, end: endOfWord(text, offset) },
  };
}

function memberCursor(
  analysis: SourceAnalysis,
  tokens: readonly Token[],
  offset: number,
): CursorContext | undefined {
  const { before, typed, span } = splitWord(analysis.text, tokens, offset);
  const operator = before.at(-1);
  if (operator?.text === '->' || operator?.text === '.') {
    const chain = chainBefore(before, before.length - 2);
    if (!chain) return undefined;
    const core = accessorReceiver(analysis, before, chain.first);
    if (core) {
      const path = [
        ...core.receiver.path,
        ...rootStep(chain),
        ...chain.steps.map((step) => pathStep(analysis, step)),
      ];
      return { kind: 'core-member', macro: core.macro, ...core.receiver, path, typed, span };
    }
    const receiver = chainReceiver(analysis, chain);
    const operatorSpan = { start: operator.start, end: operator.end };
    return receiver && { kind: 'member', ...receiver, typed, span, operator: operator.text, operatorSpan };
  }
  const core = accessorReceiver(analysis, before, before.length);
  return core && { kind: 'core-member', macro: core.macro, ...core.receiver, typed, span };
}

/** Between brackets: `ctx->args[`. */
function indexCursor(
  analysis: SourceAnalysis,
  tokens: readonly Token[],
  offset: number,
): CursorContext | undefined {
  const { before, typed, span } = splitWord(analysis.text, tokens, offset);
  const bracket = before.at(-1);
  if (bracket?.text !== '[') return undefined;
  const chain = chainBefore(before, before.length - 2);
  if (!chain) return undefined;
  const core = accessorReceiver(analysis, before, chain.first);
  const receiver = core
    ? {
        ...core.receiver,
        path: [
          ...core.receiver.path,
          ...rootStep(chain),
          ...chain.steps.map((step) => pathStep(analysis, step)),
        ],
      }
    : chainReceiver(analysis, chain);
  const bracketClosed = /^\s*\]/.test(analysis.text.slice(span.end, span.end + 32));
  return receiver && { kind: 'index', ...receiver, typed, span, bracketClosed };
}

/** What a chain such as `ctx->ent` or `((struct T *)ctx)->args[0]` denotes. */
function chainReceiver(analysis: SourceAnalysis, chain: Chain): CtxReceiver | undefined {
  const root = rootReceiver(analysis, chain.root);
  return root && { ...root, path: [...root.path, ...chain.steps.map((step) => pathStep(analysis, step))] };
}

/** `ctx`, `*ctx`, `(struct T *)ctx`, in any number of parentheses. */
function rootReceiver(analysis: SourceAnalysis, tokens: readonly Token[]): CtxReceiver | undefined {
  const [first] = tokens;
  const last = tokens.at(-1);
  if (!first || !last) return undefined;
  if (tokens.length === 1) {
    const name = lookup(analysis, first);
    return name && receiverOf(name);
  }
  if (first.text === '*' || first.text === '&') return rootReceiver(analysis, tokens.slice(1));
  if (first.text !== '(') return chainOfAll(analysis, tokens);
  const close = closing(tokens);
  if (close === tokens.length - 1) return rootReceiver(analysis, tokens.slice(1, -1));
  const receiver = rootReceiver(analysis, tokens.slice(close + 1));
  const { base, pointers } = writtenType(tokens.slice(1, close));
  if (!receiver || pointers !== 1 || receiver.path.length > 0) return undefined;
  const { programs, path } = receiver;
  return base.kind === 'struct'
    ? { programs, path, structName: base.name, structSpan: base.span }
    : { programs, path };
}

/** The whole of some tokens as one chain: `ctx->ent`. */
function chainOfAll(analysis: SourceAnalysis, tokens: readonly Token[]): CtxReceiver | undefined {
  const chain = chainBefore(tokens, tokens.length - 1);
  return chain?.first === 0 && chain.steps.length > 0 ? chainReceiver(analysis, chain) : undefined;
}

function closing(tokens: readonly Token[]): number {
  let depth = 0;
  return tokens.findIndex((token) => {
    if (token.text === '(') depth++;
    else if (token.text === ')') depth--;
    return depth === 0;
  });
}

/** In a member argument of the BPF_CORE_READ family whose first token is at `first`: what it is a member of. */
function accessorReceiver(
  analysis: SourceAnalysis,
  tokens: readonly Token[],
  first: number,
): { macro: string; receiver: CtxReceiver } | undefined {
  const [bracket] = openBrackets(tokens, first);
  const macro = bracket && tokens[bracket.at - 1];
  const reader = macro && readerOf(macro.text);
  if (!macro || bracket.kind !== '(' || bracket.first !== first || reader?.fields === undefined)
    return undefined;
  if (bracket.argument < reader.fields) return undefined;
  const list = splitArguments(tokens.slice(bracket.at + 1, first - 1));
  const receiver = rootReceiver(analysis, list[reader.source] ?? []);
  if (!receiver) return undefined;
  const path = list.slice(reader.fields).flatMap((accessor) => {
    const chain = chainBefore(accessor, accessor.length - 1);
    return chain ? [...rootStep(chain), ...chain.steps.map((step) => pathStep(analysis, step))] : [];
  });
  return { macro: macro.text, receiver: { ...receiver, path: [...receiver.path, ...path] } };
}

/** In an accessor the root of a chain is a member too. */
function rootStep(chain: Chain): PathStep[] {
  const [token] = chain.root;
  return token ? [{ kind: 'member', name: token.text, span: { start: token.start, end: token.end } }] : [];
}

function pathStep(analysis: SourceAnalysis, step: ChainStep): PathStep {
  if (step.kind === 'member') {
    const { text, start, end } = step.token;
    return { kind: 'member', name: text, span: { start, end } };
  }
  const value = constantNumber(step.tokens.map((token) => token.text).join(' '), analysis.constants);
  return { kind: 'index', ...(value !== undefined && { value }), span: step.span };
}

/** The innermost meaning of a name at its place. */
function lookup(analysis: SourceAnalysis, token: Token): CtxName | undefined {
  let found: CtxName | undefined;
  for (const name of analysis.lookup.at(token.start).ctxNames) {
    const inside = name.scope.start <= token.start && token.start <= name.scope.end;
    if (inside && name.name === token.text && (!found || name.scope.start >= found.scope.start)) found = name;
  }
  return found;
}

function receiverOf({ programs, path, structName, structSpan }: CtxName): CtxReceiver {
  return {
    programs,
    path,
    ...(structName !== undefined && { structName }),
    ...(structSpan && { structSpan }),
  };
}
