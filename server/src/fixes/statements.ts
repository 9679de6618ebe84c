/**
 * The statements of a function, read from its tokens: what stands where, and under what. C's statements are told apart by
 * their first word, so that macros and types that nobody has declared do not matter.
 */
import { tokenize, type Token } from '../analysis/lexer';
import { endOfGroup } from '../analysis/mask';
import type { Span } from '../analysis/model';

export interface Statement {
  readonly kind: 'block' | 'if' | 'loop' | 'switch' | 'return' | 'jump' | 'label' | 'simple';
  readonly span: Span;
  /** All of it, with those of the statements in it. */
  readonly tokens: readonly Token[];
  /** Between the parentheses of `if`, a loop or `switch`; what `return` returns; all of a simple one, without its `;`. */
  readonly head: readonly Token[];
  /** Of a block its statements; of `if` what is done, and what else; of a loop its body. */
  readonly body: readonly Statement[];
  readonly parent: Statement | undefined;
}

/** The block of a function; undefined where preprocessor lines or unknown macros leave a doubt. */
export function functionBody(text: string, span: Span): Statement | undefined {
  const tokens = tokenize(text, span.start, span.end);
  if (tokens[0]?.text !== '{' || tokens.some(({ kind }) => kind === 'directive')) return undefined;
  const reader = new Reader(tokens);
  const body = reader.statement(undefined);
  return reader.isPlain && reader.at === tokens.length ? body : undefined;
}

interface Draft extends Statement {
  span: Span;
  tokens: readonly Token[];
  head: readonly Token[];
  readonly body: Statement[];
}

class Reader {
  at = 0;
  isPlain = true;
  readonly #tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  statement(parent: Statement | undefined): Statement {
    const from = this.at;
    const made: Draft = {
      ...{ kind: this.#kind(), span: { start: 0, end: 0 }, tokens: [], head: [], body: [] },
      parent,
    };
    this.#read(made);
    if (this.at === from) {
      this.isPlain = false;
      this.at++;
    }
    made.tokens = this.#tokens.slice(from, this.at);
    made.span = { start: made.tokens[0]?.start ?? 0, end: made.tokens.at(-1)?.end ?? 0 };
    return made;
  }

  #read(made: Draft): void {
    switch (made.kind) {
      case 'block':
        this.at++;
        while (this.at < this.#tokens.length && this.#word() !== '}') made.body.push(this.statement(made));
        this.#expect('}');
        break;
      case 'if':
        this.at++;
        made.head = this.#group();
        made.body.push(this.statement(made));
        if (this.#word() !== 'else') break;
        this.at++;
        made.body.push(this.statement(made));
        break;
      case 'loop':
      case 'switch':
        if (this.#word() === 'do') {
          this.at++;
          made.body.push(this.statement(made));
          this.#expect('while');
          made.head = this.#group();
          this.#expect(';');
          break;
        }
        this.at++;
        made.head = this.#group();
        made.body.push(this.statement(made));
        break;
      case 'label':
        while (this.at < this.#tokens.length && this.#word() !== ':') this.at++;
        this.#expect(':');
        break;
      case 'return':
      case 'jump':
        this.at++;
        made.head = this.#untilSemicolon();
        break;
      case 'simple':
        made.head = this.#untilSemicolon();
        break;
    }
  }

  #kind(): Statement['kind'] {
    const word = this.#word();
    const next = this.#tokens[this.at + 1]?.text;
    if (word === '{') return 'block';
    if (word === 'if' || word === 'switch') return word;
    if (word === 'for' || word === 'while' || word === 'do') return 'loop';
    if (word === 'return') return 'return';
    if (word === 'goto' || word === 'break' || word === 'continue') return 'jump';
    if (word === 'case' || word === 'default') return 'label';
    if (this.#tokens[this.at]?.kind !== 'word') return 'simple';
    if (next === ':') return 'label';
    if (next !== '(' || word === 'asm' || word === '__asm__') return 'simple';
    // `bpf_for(i, 0, 10) {` is a loop; what else may stand behind a call is not known.
    const behind = this.#tokens[endOfGroup(this.#tokens, this.at + 1)];
    if (behind?.text === '{') return 'loop';
    if (behind?.kind === 'word') this.isPlain = false;
    return 'simple';
  }

  #word(): string | undefined {
    return this.#tokens[this.at]?.text;
  }

  #expect(text: string): void {
    if (this.#word() === text) this.at++;
    else this.isPlain = false;
  }

  #group(): readonly Token[] {
    const end = endOfGroup(this.#tokens, this.at);
    const inside = this.#tokens.slice(this.at + 1, end - 1);
    if (this.#word() !== '(' || this.#tokens[end - 1]?.text !== ')') this.isPlain = false;
    this.at = end;
    return inside;
  }

  #untilSemicolon(): readonly Token[] {
    const from = this.at;
    while (this.at < this.#tokens.length && this.#word() !== ';') {
      if (this.#word() === '}') {
        this.isPlain = false;
        break;
      }
      this.at = /^[([{]$/.test(this.#word() ?? '') ? endOfGroup(this.#tokens, this.at) : this.at + 1;
    }
    const inside = this.#tokens.slice(from, this.at);
    this.#expect(';');
    return inside;
  }
}

export function* statementsIn(statement: Statement): Generator<Statement> {
  yield statement;
  for (const inner of statement.body) yield* statementsIn(inner);
}

/** The innermost statement around an offset that is no block. */
export function statementAt(body: Statement, offset: number): Statement | undefined {
  let found: Statement | undefined;
  for (const statement of statementsIn(body)) {
    const { start, end } = statement.span;
    if (statement.kind !== 'block' && start <= offset && offset < end) found = statement;
  }
  return found;
}

/** What is done before a statement in its own block. */
export function before({ parent, span }: Statement): readonly Statement[] {
  return parent?.kind === 'block' ? parent.body.filter((one) => one.span.end <= span.start) : [];
}

/** What is done after a statement in its own block. */
export function after({ parent, span }: Statement): readonly Statement[] {
  return parent?.kind === 'block' ? parent.body.filter((one) => one.span.start >= span.end) : [];
}

/** From the statement itself outwards. */
export function* ancestors(statement: Statement): Generator<Statement> {
  for (let one: Statement | undefined = statement; one; one = one.parent) yield one;
}

/** Nothing goes on behind it: `return 0;`, `{ …; continue; }`. */
export function leaves(statement: Statement | undefined): boolean {
  if (statement === undefined) return false;
  if (statement.kind === 'block') return leaves(statement.body.at(-1));
  return statement.kind === 'return' || statement.kind === 'jump';
}

/** A name stands in it as a variable, not as a member of something. */
export function mentions(tokens: readonly Token[], name: string): boolean {
  return tokens.some(
    ({ kind, text }, i) => kind === 'word' && text === name && !/^(?:->|\.)$/.test(tokens[i - 1]?.text ?? ''),
  );
}

/** `value = …`, `struct value *value = …`: the place of the name. */
export function assignmentOf(tokens: readonly Token[], name: string): number {
  return tokens.findIndex(
    ({ text }, i) =>
      text === name &&
      tokens[i + 1]?.text === '=' &&
      tokens[i + 2]?.text !== '=' &&
      !/^(?:->|\.)$/.test(tokens[i - 1]?.text ?? ''),
  );
}

/** What a simple statement assigns, where that is one variable. */
export function assignedVariable({ kind, head }: Statement): string | undefined {
  if (kind !== 'simple') return undefined;
  const names = head.flatMap(({ kind: word, text }, i) =>
    word === 'word' &&
    assignmentOf(head.slice(i, i + 3), text) === 0 &&
    !/^(?:->|\.)$/.test(head[i - 1]?.text ?? '')
      ? [text]
      : [],
  );
  return names.length === 1 ? names[0] : undefined;
}

/** `struct value *value = …;`, `int a, b;`: two words in a row, or a star between them, before anything else. */
export function isDeclaration({ kind, head }: Statement): boolean {
  if (kind !== 'simple') return false;
  const [first] = head;
  if (first?.kind !== 'word' || first.text === 'asm') return false;
  const end = head.findIndex(({ kind: word, text }) => word !== 'word' && text !== '*');
  const front = end < 0 ? head : head.slice(0, end);
  return front.length > 1 && front.at(-1)?.kind === 'word' && /^(?:[=;,[]|)$/.test(head[end]?.text ?? '');
}
