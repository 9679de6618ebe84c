/**
 * What one instruction does, from the text that the verifier prints for it. Kernel: kernel/bpf/disasm.c,
 * print_bpf_insn(); the texts are the same from 5.10 on, newer kernels have more of them.
 */

export type InstructionEffect =
  /** `r2 = r10`, `w1 = (s8)w2` */
  | { readonly kind: 'move'; readonly to: number; readonly from: number; readonly bits: 32 | 64 }
  /** `r1 = 11` */
  | { readonly kind: 'constant'; readonly to: number; readonly value: bigint }
  /** `r1 = 0xffff8881659f1c00`, `r1 = map[id:3][0]+0`: a map, an address or a 64-bit number. */
  | { readonly kind: 'address'; readonly to: number; readonly text: string }
  /** `r1 += r2`, `w1 <<= 3`, `r1 = -r1`, `r1 = be16 r1` */
  | {
      readonly kind: 'arithmetic';
      readonly to: number;
      readonly operator: string;
      /** The other operand, where it is a register. */
      readonly by?: number;
      readonly value?: bigint;
      readonly bits: 32 | 64;
    }
  /** `r1 = *(u64 *)(r0 +8)`; `from` is undefined for `r0 = *(u8 *)skb[3]`. */
  | {
      readonly kind: 'load';
      readonly to: number;
      readonly from?: number;
      readonly offset: number;
      readonly size: number;
    }
  /** `*(u64 *)(r10 -8) = r1`, `*(u32 *)(r10 -4) = 0` */
  | {
      readonly kind: 'store';
      readonly base: number;
      readonly offset: number;
      readonly size: number;
      readonly from?: number;
    }
  /** `lock *(u64 *)(r0 +0) += r1`, `r1 = atomic64_fetch_add((u64 *)(r0 +0), r1)` */
  | {
      readonly kind: 'atomic';
      readonly base: number;
      readonly offset: number;
      readonly size: number;
      readonly from: number;
      readonly to?: number;
    }
  /** `call bpf_map_lookup_elem#1`: a helper, or a kfunc where the number is that of a type. */
  | { readonly kind: 'call'; readonly name: string; readonly id: number }
  /** `call pc+3`: a function of the program; `target` counts instructions from the next one. */
  | { readonly kind: 'call-local'; readonly target: number }
  | { readonly kind: 'exit' }
  /** `if r1 > 0xa goto pc+3`, `goto pc-7`, `may_goto pc+2` */
  | {
      readonly kind: 'jump';
      readonly uses: readonly number[];
      readonly target: number;
      readonly conditional: boolean;
    }
  | { readonly kind: 'other' };

const sizes: Readonly<Record<string, number>> = { 8: 1, 16: 2, 32: 4, 64: 8 };

/** @param text `(85) call bpf_map_lookup_elem#1` */
export function parseInstruction(text: string): InstructionEffect {
  const body = text.replace(/^\([0-9a-f]{2}\) /, '').replace(/^probe /, '');
  for (const [pattern, make] of forms) {
    const match = pattern.exec(body);
    if (match) return make(match);
  }
  return { kind: 'other' };
}

type Form = readonly [RegExp, (match: RegExpExecArray) => InstructionEffect];

/** `*(u64 *)(r10 -8)`: size in bits, register, offset. */
const memory = String.raw`\([us](8|16|32|64) \*\)\(r(\d+) ([+-]\d+)\)`;

const load: Form[1] = ([, to, bits = '', from, offset]) => ({
  kind: 'load',
  to: Number(to),
  from: Number(from),
  offset: Number(offset),
  size: sizes[bits] ?? 0,
});

const forms: readonly Form[] = [
  [new RegExp(String.raw`^r(\d+) = \*${memory}$`), load],
  [
    new RegExp(String.raw`^\*${memory} = (?:r(\d+)|-?\d+)$`),
    ([, bits = '', base, offset, from]) => ({
      kind: 'store',
      base: Number(base),
      offset: Number(offset),
      size: sizes[bits] ?? 0,
      ...(from !== undefined && { from: Number(from) }),
    }),
  ],
  [/^exit$/, () => ({ kind: 'exit' })],
  [/^call pc([+-]\d+)/, ([, target]) => ({ kind: 'call-local', target: Number(target) })],
  [/^call ([^#]*)#(-?\d+)/, ([, name = '', id]) => ({ kind: 'call', name, id: Number(id) })],
  [
    /^if [rw](\d+) \S+ (?:[rw](\d+)|0x[0-9a-f]+) goto pc([+-]\d+)$/,
    ([, left, right, target]) => ({
      kind: 'jump',
      uses: right === undefined ? [Number(left)] : [Number(left), Number(right)],
      target: Number(target),
      conditional: true,
    }),
  ],
  [
    /^(may_goto|gotol?) pc([+-]\d+)$/,
    ([, word, target]) => ({
      kind: 'jump',
      uses: [],
      target: Number(target),
      conditional: word === 'may_goto',
    }),
  ],
  [
    /^([rw])(\d+) = (?:\(s\d+\))?[rw](\d+)$/,
    ([, width, to, from]) => ({
      kind: 'move',
      to: Number(to),
      from: Number(from),
      bits: width === 'w' ? 32 : 64,
    }),
  ],
  [
    /^r(\d+) = (?:addr_space_cast\(r(\d+),.*|&\(void __percpu \*\)\(r(\d+)\))$/,
    ([, to, cast, percpu]) => ({ kind: 'move', to: Number(to), from: Number(cast ?? percpu), bits: 64 }),
  ],
  [
    /^[rw](\d+) = (-?\d+)$/,
    ([, to, value = '0']) => ({ kind: 'constant', to: Number(to), value: BigInt(value) }),
  ],
  [
    /^([rw])(\d+) = (-|bswap\d+ |[bl]e\d+ )[rw]\d+$/,
    ([, width, to, operator = '']) => ({
      kind: 'arithmetic',
      to: Number(to),
      operator: operator.trim(),
      bits: width === 'w' ? 32 : 64,
    }),
  ],
  [
    /^([rw])(\d+) (\S+)= (?:\(s\d+\))?(?:[rw](\d+)|(-?\d+))$/,
    ([, width, to, operator = '', by, value]) => ({
      kind: 'arithmetic',
      to: Number(to),
      operator,
      ...(by !== undefined && { by: Number(by) }),
      ...(value !== undefined && { value: BigInt(value) }),
      bits: width === 'w' ? 32 : 64,
    }),
  ],
  [
    /^r0 = \*\([us](8|16|32|64) \*\)skb\[.*$/,
    ([, bits = '']) => ({ kind: 'load', to: 0, offset: 0, size: sizes[bits] ?? 0 }),
  ],
  [
    new RegExp(String.raw`^lock \*${memory} \S+ r(\d+)$`),
    ([, bits = '', base, offset, from]) => ({
      kind: 'atomic',
      base: Number(base),
      offset: Number(offset),
      size: sizes[bits] ?? 0,
      from: Number(from),
    }),
  ],
  [
    new RegExp(String.raw`^r(\d+) = (?:atomic(?:64)?_\w+)\(${memory},(?: r0,)? r(\d+)\)$`),
    ([, to, bits = '', base, offset, from]) => ({
      kind: 'atomic',
      base: Number(base),
      offset: Number(offset),
      size: sizes[bits] ?? 0,
      from: Number(from),
      to: Number(to),
    }),
  ],
  [new RegExp(String.raw`^r(\d+) = load_acquire\(${memory}\)$`), load],
  [
    new RegExp(String.raw`^store_release\(${memory}, r(\d+)\)$`),
    ([, bits = '', base, offset, from]) => ({
      kind: 'store',
      base: Number(base),
      offset: Number(offset),
      size: sizes[bits] ?? 0,
      from: Number(from),
    }),
  ],
  [/^r(\d+) = (.*)$/, ([, to, text = '']) => ({ kind: 'address', to: Number(to), text })],
];

/** The registers that are another value afterwards; a call leaves nothing in R1 to R5. */
export function writtenRegisters(effect: InstructionEffect): readonly number[] {
  switch (effect.kind) {
    case 'move':
    case 'constant':
    case 'address':
    case 'arithmetic':
    case 'load':
      return [effect.to];
    case 'atomic':
      return effect.to === undefined ? [] : [effect.to];
    case 'call':
    case 'call-local':
      return [0, 1, 2, 3, 4, 5];
    default:
      return [];
  }
}
