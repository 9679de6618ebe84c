/** A size that a helper gets, bounded by the memory that it is about. */
import { callAt, plainName, type Argument, type Call } from './calls';
import { declarationOf, isUnsigned, isWide, sizeOf, type Declared } from './declared';
import { guardsOf, upperBound } from './guards';
import { linesBefore } from './layout';
import { guard, leaveAt } from './leave';
import type { Edit, FixContext, VerdictFix } from './model';
import { takenBy } from './pairs';
import { isDeclaration, statementsIn } from './statements';

export const sizeBound: VerdictFix = {
  rules: [
    'size-unbounded',
    'size-negative',
    'zero-size-read',
    'stack-bounds',
    'memory-bounds',
    'map-value-bounds',
  ],
  fix(c) {
    const { stop, text } = c;
    if (stop.statement.kind !== 'simple' && stop.statement.kind !== 'return') return undefined;
    const call = callAt(text, stop.statement.tokens, stop.offset);
    const sized = call && sizedMemory(call);
    if (!sized) return undefined;
    const size = memorySize(c, sized.memory);
    const name = plainName(sized.size.text);
    if (name === undefined) return size === undefined ? undefined : constantSize(c, sized.size, size);
    const declared = declarationOf(c, stop, name);
    const unsigned = declared && isUnsigned(declared);
    return unsigned === undefined || !declared
      ? undefined
      : variableSize(c, { name, declared, unsigned, size });
  },
};

/** Helpers that write to, or read from, the memory of one argument as many bytes as the next one says. */
const sizedHelpers: Readonly<Record<string, number>> = {
  bpf_probe_read: 0,
  bpf_probe_read_kernel: 0,
  bpf_probe_read_user: 0,
  bpf_probe_read_str: 0,
  bpf_probe_read_kernel_str: 0,
  bpf_probe_read_user_str: 0,
  bpf_copy_from_user: 0,
  bpf_get_current_comm: 0,
  bpf_perf_event_output: 3,
  bpf_ringbuf_output: 1,
};

function sizedMemory({ name, arguments: all }: Call): { memory: Argument; size: Argument } | undefined {
  const at = sizedHelpers[name];
  const memory = at === undefined ? undefined : all[at];
  const size = at === undefined ? undefined : all[at + 1];
  return memory && size && { memory, size };
}

/** `sizeof(buffer)` of an array; of a record what was reserved for it. */
function memorySize(c: FixContext, { tokens }: Argument): string | undefined {
  const known = sizeOf(c, c.stop, tokens);
  const [variable] = tokens;
  if (known !== undefined || !variable || tokens.length > 1) return known;
  const reserves = [...statementsIn(c.stop.body)].flatMap((statement) => {
    const held = takenBy(c.text, statement);
    return held?.call === 'bpf_ringbuf_reserve' && held.variable === variable.text ? [statement] : [];
  });
  const [only] = reserves;
  if (!only || reserves.length > 1) return undefined;
  return callAt(c.text, only.head, only.head.find(({ text }) => text === 'bpf_ringbuf_reserve')?.start ?? 0)
    ?.arguments[1]?.text;
}

function constantSize(
  c: FixContext,
  { tokens, span }: Argument,
  size: string,
): ReturnType<VerdictFix['fix']> {
  const [number, ...rest] = tokens;
  if (number?.kind !== 'number' || rest.length > 0 || !c.verdict.rule.endsWith('-bounds')) return undefined;
  return {
    title: `Use the size of the memory, \`${size}\``,
    edits: [{ span, newText: size }],
    preferred: true,
  };
}

interface Variable {
  readonly name: string;
  readonly declared: Declared;
  readonly unsigned: boolean;
  readonly size: string | undefined;
}

function variableSize(
  c: FixContext,
  { name, declared, unsigned, size }: Variable,
): ReturnType<VerdictFix['fix']> {
  const { stop, verdict, text } = c;
  const guards = guardsOf(stop.statement, name);
  const upper = guards.findLast(({ operator }) => operator.startsWith('>'));
  const lower = guards.some(({ operator }) => operator.startsWith('<'));
  const made = (title: string, ...edits: Edit[]): ReturnType<VerdictFix['fix']> => ({
    title,
    edits,
    preferred: true,
  });
  const inFront = (span: Edit['span'], newText: string): Edit => ({
    span: { start: span.start, end: span.start },
    newText,
  });
  switch (verdict.rule) {
    case 'zero-size-read':
      if (!upper || lower) return undefined;
      return made(
        `Leave where \`${name}\` is 0`,
        inFront(upper.span, unsigned ? `${name} == 0 || ` : `${name} <= 0 || `),
      );
    case 'size-negative':
    case 'size-unbounded':
      if (lower || (!unsigned && !isWide(declared.type))) return undefined;
      if (upper && !unsigned)
        return made(`Leave where \`${name}\` is negative`, inFront(upper.span, `${name} < 0 || `));
      if (upper) return widened(c, declared);
      if (size === undefined) return undefined;
      if (!unsigned) {
        const leave = leaveAt(c, stop, stop.statement);
        const lines = leave && guard(`${name} < 0 || ${name} > ${size}`, leave);
        const edits = lines && linesBefore(text, stop.statement, lines);
        return edits && made(`Return early where \`${name}\` is not in the buffer`, ...edits);
      }
      if (!isWide(declared.type)) return undefined;
      return clamped(c, name, size);
    default: {
      const allowed = upper && upperBound(upper);
      if (!upper || allowed === undefined || size === undefined) return undefined;
      return made(`Check \`${name}\` against the size of the buffer`, {
        span: upper.span,
        newText: `${name} > ${size}`,
      });
    }
  }
}

function clamped(c: FixContext, name: string, size: string): ReturnType<VerdictFix['fix']> {
  const { text, stop } = c;
  const edits = linesBefore(text, stop.statement, guard(`${name} > ${size}`, [`${name} = ${size};`]));
  return edits && { title: `Cut \`${name}\` to the size of the buffer`, edits, preferred: true };
}

/** The compiler may compare one copy of a 32-bit variable and pass another: of one with 64 bits there is only one. */
function widened(
  { text }: FixContext,
  { type, typeSpan, statement }: Declared,
): ReturnType<VerdictFix['fix']> {
  if (!/^(?:__)?u32$|^unsigned int$|^uint32_t$/.test(type) || !statement || !isDeclaration(statement))
    return undefined;
  if (
    statement.head.filter((token) => token.text === ',').length > 0 &&
    !text.slice(...[statement.span.start, statement.span.end]).includes('(')
  )
    return undefined;
  const newText = type.startsWith('__')
    ? '__u64'
    : type === 'u32'
      ? 'u64'
      : type === 'uint32_t'
        ? 'uint64_t'
        : 'unsigned long';
  return {
    title: `Make it \`${newText}\`, so that what is compared is what is passed`,
    edits: [{ span: typeSpan, newText }],
    preferred: true,
  };
}
