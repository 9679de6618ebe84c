/** `if ((void *)(ip + 1) > data_end) return XDP_PASS;` before the packet is read. */
import { declarationOf, freeName } from './declared';
import { linesBefore } from './layout';
import { guard, leaveAt, loopAround } from './leave';
import type { FixContext, VerdictFix } from './model';
import { assignedVariable, before, ancestors, isDeclaration, mentions, statementsIn } from './statements';

export const packetBounds: VerdictFix = {
  rules: ['packet-bounds'],
  fix(c) {
    const { text, stop, verdict } = c;
    const { statement } = stop;
    const name = verdict.value ?? pointerOf(c);
    if (name === undefined || !/^[A-Za-z_]\w*$/.test(name) || !mentions(statement.tokens, name))
      return undefined;
    const declared = declarationOf(c, stop, name);
    if (declared?.pointers !== 1 || declared.type === 'void' || loopAround(statement)) return undefined;
    const elements = readElements(c, name);
    const leave = leaveAt(c, stop, statement);
    if (elements === undefined || leave === undefined) return undefined;
    const end = endOf(c);
    const lines = end === undefined ? endDeclaration(c) : { name: end, text: [] };
    if (lines === undefined) return undefined;
    const condition = `(void *)(${name} + ${elements}) > ${end === undefined || isVoid(c, end) ? lines.name : `(void *)${lines.name}`}`;
    const edits = linesBefore(text, statement, [...lines.text, ...guard(condition, leave)]);
    return edits && { title: `Return early where \`${name}\` is beyond the packet`, edits, preferred: true };
  },
};

/** The one pointer that the statement follows. */
function pointerOf({ stop }: FixContext): string | undefined {
  const { tokens } = stop.statement;
  const names = tokens.flatMap(({ text, kind }, i) => {
    const next = tokens[i + 1]?.text;
    const previous = tokens[i - 1]?.text;
    const isFollowed =
      next === '->' ||
      next === '[' ||
      (previous === '*' && /^(?:return|=|\()$/.test(tokens[i - 2]?.text ?? ''));
    return kind === 'word' && isFollowed && previous !== '->' && previous !== '.' ? [text] : [];
  });
  const [only, ...others] = new Set(names);
  return others.length === 0 ? only : undefined;
}

/** How many elements behind the pointer are read: 13 for `data[12]`; undefined where that is no constant. */
function readElements({ stop }: FixContext, name: string): number | undefined {
  const { tokens } = stop.statement;
  let elements = 1;
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i]?.text !== name) continue;
    const next = tokens[i + 1]?.text;
    if (next === '+' || next === '-') return undefined;
    if (next !== '[') continue;
    const index = tokens[i + 2];
    if (index?.kind !== 'number' || tokens[i + 3]?.text !== ']') return undefined;
    elements = Math.max(elements, Number(index.text) + 1);
  }
  return Number.isSafeInteger(elements) ? elements : undefined;
}

/** The variable with the end of the packet, in the blocks around the statement. */
function endOf({ stop, text }: FixContext): string | undefined {
  const ends = [...ancestors(stop.statement)].flatMap((scope) =>
    before(scope).filter(
      (one) =>
        assignedVariable(one) !== undefined &&
        /->\s*data_end\b/.test(text.slice(one.span.start, one.span.end)),
    ),
  );
  const [only] = ends;
  return only && ends.length === 1 ? assignedVariable(only) : undefined;
}

function isVoid(c: FixContext, end: string): boolean {
  return declarationOf(c, c.stop, end)?.type === 'void';
}

function endDeclaration(c: FixContext): { name: string; text: string[] } | undefined {
  const { stop, text } = c;
  const starts = [...statementsIn(stop.body)].flatMap(({ kind, span }) => {
    const ctx = /\b(\w+)\s*->\s*data\b/.exec(kind === 'simple' ? text.slice(span.start, span.end) : '')?.[1];
    return ctx === undefined ? [] : [ctx];
  });
  const [ctx, ...others] = new Set(starts);
  const name = freeName(stop, 'data_end', 'packet_end');
  if (
    ctx === undefined ||
    others.length > 0 ||
    name === undefined ||
    text.slice(stop.body.span.start, stop.body.span.end).includes('data_end')
  )
    return undefined;
  const previous = before(stop.statement).at(-1);
  const line = `void *${name} = (void *)(long)${ctx}->data_end;`;
  return { name, text: previous && !isDeclaration(previous) ? ['', line, ''] : [line, ''] };
}
