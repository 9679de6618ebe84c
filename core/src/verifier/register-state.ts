/**
 * Registers and stack slots as the verifier prints them. Kernel: kernel/bpf/verifier.c up to 6.6, then log.c,
 * print_verifier_state(). The notations of 5.10 (`R0_w=inv(id=0,umax_value=255)`) and of newer kernels
 * (`R0=scalar(umax=255)`) differ in names; both are read.
 */
import type { RegisterState } from './model';

/** ` frame1: R0_w=inv(id=0) R10=fp0 fp-8=mmmm???? refs=2`, without what stands before it in its line. */
export function parseRegisterState(text: string): RegisterState {
  const values = new Map<string, string>();
  let frame = 0;
  let references: readonly number[] = [];
  for (const word of words(text)) {
    const inFrame = /^frame(\d+):$/.exec(word);
    if (inFrame) {
      frame = Number(inFrame[1]);
      continue;
    }
    const pair = /^(R\d+|fp-?\d+|refs)(?:_[rwD]+)?=(.*)$/.exec(word);
    if (!pair) continue;
    const [, name = '', value = ''] = pair;
    if (name === 'refs') references = value.split(',').map(Number);
    else values.set(name, value);
  }
  return { frame, values, references };
}

/** Whether a text begins as a state does. */
export function isRegisterState(text: string): boolean {
  return /^ *(?:frame\d+: *)?(?:R\d+|fp-?\d+|refs)(?:_[rwD]+)?=/.test(text);
}

/** Split at blanks that stand outside of parentheses: `var_off=(0x0; 0xff)` has one inside. */
function words(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    const char = text[at];
    if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === undefined || (char === ' ' && depth <= 0)) {
      if (at > start) found.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return found;
}

/** What a register or a spilled register holds. */
export interface RegisterValue {
  /** `scalar`, `ctx`, `fp`, `map_ptr`, `map_value`, `map_value_or_null`, `ptr_or_null_task_struct`, `pkt`, …; in today's words. */
  readonly type: string;
  /** The value of a constant; the offset of a stack pointer. */
  readonly constant?: bigint;
  /** The verifier has not seen a NULL check yet. */
  readonly mayBeNull: boolean;
  /** `id=1`, `umax=255`, `map=counts`, in the words of the log: `umax_value` is `umax`. */
  readonly facts: ReadonlyMap<string, string>;
}

const renamed: Readonly<Record<string, string>> = {
  smin_value: 'smin',
  smax_value: 'smax',
  umin_value: 'umin',
  umax_value: 'umax',
  s32_min_value: 'smin32',
  s32_max_value: 'smax32',
  u32_min_value: 'umin32',
  u32_max_value: 'umax32',
};

/** `scalar(smin=0,smax=umax=255,var_off=(0x0; 0xff))`, `fp-8`, `11`, `invP5`, `map_value(map=counts,ks=4,vs=8)`. */
export function parseRegisterValue(text: string): RegisterValue {
  // `mmmm` or `????` before a register that fills half a slot are the bytes beside it; P says that it is tracked precisely.
  const [, word = '', rest = ''] = /^(?:(?:[?m0]{4}|\?{1,7})(?=[-\w]))?P?([^(]*)(.*)$/s.exec(text) ?? [];
  const number = /^(?:invP?|scalarP?|fp(?:\[\d+\])?)?(-?(?:0x[0-9a-f]+|\d+))$/.exec(word)?.[1];
  const type = word.startsWith('fp')
    ? 'fp'
    : number !== undefined
      ? 'scalar'
      : word.replace(/^invP?$/, 'scalar');
  return {
    type: type.replace(/P$/, ''),
    ...(number !== undefined && { constant: integer(number) }),
    mayBeNull: type.includes('or_null'),
    facts: parseFacts(rest.slice(1, -1)),
  };
}

function parseFacts(text: string): ReadonlyMap<string, string> {
  const facts = new Map<string, string>();
  // `smin=smin32=0` gives one value to several names.
  for (const part of text.split(/,(?![^(]*\))/)) {
    const names = part.split('=');
    const value = names.pop() ?? '';
    for (const name of names) facts.set(renamed[name] ?? name, value);
  }
  return facts;
}

function integer(text: string): bigint {
  return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
}
