/** Memory of a process is copied by a helper before it is looked at. */
import { declarationOf, freeName } from './declared';
import { linesBefore } from './layout';
import type { VerdictFix } from './model';
import { before, isDeclaration, type Statement } from './statements';

export const userRead: VerdictFix = {
  rules: ['user-pointer'],
  fix(c) {
    const { stop, text, verdict } = c;
    const { statement } = stop;
    const name = verdict.value;
    const declared = name === undefined ? undefined : declarationOf(c, stop, name);
    if (name === undefined || declared?.pointers !== 1 || declared.isArray || !isNumber(declared.type))
      return undefined;
    const read = readOf(statement, name);
    if (!read || (statement.kind !== 'simple' && statement.kind !== 'return')) return undefined;
    const variable = freeName(stop, ...(declared.type === 'char' ? ['c', 'byte'] : []), 'value', 'copy');
    if (variable === undefined) return undefined;
    const previous = before(statement).at(-1);
    const isApart = /\n[ \t]*\n[ \t]*$/.test(text.slice(0, statement.span.start));
    const lines = [
      ...(previous && !isDeclaration(previous) && !isApart ? [''] : []),
      `${declared.type} ${variable};`,
      '',
      `bpf_probe_read_user(&${variable}, sizeof(${variable}), ${read.address});`,
    ];
    const edits = linesBefore(text, statement, lines);
    return (
      edits && {
        title: 'Read it with `bpf_probe_read_user()`',
        edits: [...edits, { span: read.span, newText: variable }],
        preferred: true,
      }
    );
  },
};

const isNumber = (type: string): boolean =>
  /^(?:(?:un)?signed )?(?:char|short|int|long|long long)$|^(?:__)?[us](?:8|16|32|64)$|^u?int\d+_t$|^size_t$|^unsigned$/.test(
    type,
  );

/** `*path` or `path[0]`, the only use of the pointer in the statement. */
function readOf(
  { tokens }: Statement,
  name: string,
): { span: { start: number; end: number }; address: string } | undefined {
  const [at, ...others] = tokens.flatMap(({ text }, i) => (text === name ? [i] : []));
  if (at === undefined || others.length > 0) return undefined;
  const token = tokens[at];
  const isChanged = (end: number): boolean => tokens[end]?.text === '=' && tokens[end + 1]?.text !== '=';
  if (!token) return undefined;
  const [open, index, close] = tokens.slice(at + 1, at + 4);
  if (
    open?.text === '[' &&
    close?.text === ']' &&
    index &&
    /^(?:word|number)$/.test(index.kind) &&
    !isChanged(at + 4)
  ) {
    const address = index.text === '0' ? name : `&${name}[${index.text}]`;
    return tokens[at - 1]?.text === '&'
      ? undefined
      : { span: { start: token.start, end: close.end }, address };
  }
  const star = tokens[at - 1];
  if (
    star?.text !== '*' ||
    !/^(?:return|[=(,])$/.test(tokens[at - 2]?.text ?? '') ||
    !/^[;),]$/.test(open?.text ?? '')
  )
    return undefined;
  return { span: { start: star.start, end: token.end }, address: name };
}
