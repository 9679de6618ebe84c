/**
 * The unnamed bitfields that fill a gap in a struct, so that a compiler gives the members after it the
 * offsets they have. The rules are those of libbpf's src/btf_dump.c.
 */

/** Larger gaps, which only corrupted data has, are left open. */
const MAX_LINES = 4096;

export interface Gap {
  /** Bits from the start of the struct: where the member before ends, where the next begins. */
  readonly from: number;
  readonly to: number;
  /** Bytes: alignment of what comes next. */
  readonly nextAlign: number;
  /** Whether both neighbours are bitfields. */
  readonly betweenBitfields: boolean;
}

interface Unit {
  readonly name: string;
  readonly bits: number;
}

const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step;

/** Declarations without semicolon: `long: 64`, `int: 0`. Empty where the compiler leaves the gap by itself. */
export function paddingFor({ from, to, nextAlign, betweenBitfields }: Gap, pointerSize: 4 | 8): string[] {
  if (from >= to) return [];
  const units: readonly Unit[] = [
    { name: 'long', bits: pointerSize * 8 },
    { name: 'int', bits: 32 },
    { name: 'short', bits: 16 },
    { name: 'char', bits: 8 },
  ];
  // The widest type whose next boundary is not past the gap closes the gap up to that boundary.
  const fill = units.find(({ bits }) => roundUp(from, bits) <= to);
  if (!fill) return [`char: ${to - from}`];
  const lines: string[] = [];
  const boundary = roundUp(from, fill.bits);
  if (boundary > from) {
    // Without a mark the compiler would put what follows before the boundary.
    const needsMark =
      boundary === to ? roundUp(from, nextAlign * 8) !== boundary : to - boundary <= boundary - from;
    if (betweenBitfields) lines.push(`${fill.name}: ${boundary - from}`);
    else if (needsMark) lines.push(`${fill.name}: 0`);
  }
  const whole = Math.floor((to - boundary) / fill.bits);
  if (whole > MAX_LINES) return [];
  for (let i = 0; i < whole; i++) lines.push(`${fill.name}: ${fill.bits}`);
  const rest = (to - boundary) % fill.bits;
  if (rest > 0) {
    const smallest = units.findLast(({ bits }) => bits >= rest) ?? fill;
    lines.push(`${smallest.name}: ${rest}`);
  }
  return lines;
}
