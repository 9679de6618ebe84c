/**
 * The `print fmt` of a format file: how the kernel prints an event, and with it the names it has for the values
 * of its fields. For TRACE_EVENT it is the text of TP_printk's arguments, in which macros are expanded and enum
 * constants replaced by numbers; the format string is the exception, it is printed decoded, so that quotes and
 * newlines in it stand there bare. Source: include/trace/stages/stage4_event_fields.h and stage7,
 * kernel/trace/trace_export.c (`ftrace:` events: C literals as written), trace_syscalls.c, trace_probe.c.
 */
import type { Parsed } from '../result';
import type { ConstantLookup } from './c/constant-expression';
import { closingQuote, split, textOf, tokenize, type Tokens } from './c/tokens';
import { decodeEscapes } from './c/literal';
import { fieldsIn, valueTables, type ValueTable } from './value-tables';

export interface PrintFmt {
  /** The printf format, decoded: `filename=%s pid=%d`. */
  readonly format: string;
  readonly args: readonly PrintArgument[];
  /** The names of values, in the order of the text. */
  readonly tables: readonly ValueTable[];
}

export interface PrintArgument {
  /** As written: `__get_str(filename)`. */
  readonly text: string;
  /** The fields it reads, each once: `REC->x`, `__get_str(x)`, `__get_dynamic_array_len(x)`. */
  readonly fields: readonly string[];
}

/**
 * Takes `TracepointFormat.printFmt` apart. What cannot be read is missing, and said in the problems. Enumerators
 * that the kernel prints by name (`TCP_CLOSE`, no TRACE_DEFINE_ENUM) have values only if `constants` knows them.
 */
export function parsePrintFmt(text: string, constants: ConstantLookup = () => undefined): Parsed<PrintFmt> {
  const { format, rest, problems } = splitFormat(text);
  const tokens = rest.value;
  const args = split(tokens, 0, tokens.list.length).map(([from, to]) => ({
    text: textOf(tokens, from, to),
    fields: fieldsIn(tokens, from, to),
  }));
  return { value: { format, args, tables: valueTables(tokens, constants) }, problems };
}

interface Parts {
  readonly format: string;
  readonly rest: Parsed<Tokens>;
  readonly problems: Parsed<Tokens>['problems'];
}

/** A format with more quotes in it than this is not tried to the end: each try reads the whole rest. */
const maxTries = 32;

/**
 * The format string and the tokens of the arguments. A bare quote in the string looks like its end, so the end is
 * the first quote with a comma (or nothing) behind it that leaves arguments in which every bracket and every
 * quote has its partner. What reads a field is an argument, never text: no end is looked for behind it.
 */
function splitFormat(text: string): Parts {
  const start = text.search(/\S/);
  if (text[start] !== '"') {
    const rest = tokenize(text);
    return { format: '', rest, problems: [{ message: 'no format string' }, ...rest.problems] };
  }
  let first: Parts | undefined;
  for (let quote = closingQuote(text, start, 34), tries = 0; quote >= 0 && tries < maxTries; tries++) {
    const next = /\S|$/g;
    next.lastIndex = quote + 1;
    const at = next.exec(text)?.index ?? text.length;
    if (at === text.length || text[at] === ',') {
      const body = text.slice(start + 1, quote);
      if (first !== undefined && /REC->|__get_|__print_/.test(body)) break;
      const rest = tokenize(text, Math.min(at + 1, text.length));
      const parts = { format: decodeFormat(body), rest, problems: rest.problems };
      if (rest.problems.length === 0) return parts;
      first ??= parts;
    }
    quote = closingQuote(text, quote, 34);
  }
  if (first !== undefined) return first;
  const rest = tokenize(text, text.length);
  return {
    format: decodeFormat(text.slice(start + 1)),
    rest,
    problems: [{ message: 'the format string has no end' }],
  };
}

/** Joins the literals of `"a" "b"`, unless the quotes are the text's own: `name="%s" id="%s"`. */
function decodeFormat(body: string): string {
  const pieces = body.split(/"\s+"/);
  return decodeEscapes(pieces.some((piece) => piece.includes('"')) ? body : pieces.join(''));
}
