/** What a register holds, in a few words of English: for people who do not read the verifier's. */
import type { RegisterValue } from './register-state';
import { describeType } from './words';

/** `a pointer into a map value (may be NULL) of `counts``; undefined where there are no words for it. */
export function describeRegister({ type, constant, facts }: RegisterValue): string | undefined {
  if (type === 'scalar') return constant === undefined ? describeRange(facts) : describeNumber(constant);
  if (type === 'fp') return `a pointer to the stack${constant ? ` (fp${signed(constant)})` : ''}`;
  const what = describeType(type);
  if (what === undefined) return undefined;
  const map = facts.get('map');
  const offset = describeOffset(facts);
  return [what, map !== undefined && ` of \`${map}\``, offset !== undefined && `, ${offset}`]
    .filter((part) => part !== false)
    .join('');
}

function describeNumber(value: bigint): string {
  return value > 9999n ? `${value} (0x${value.toString(16)})` : String(value);
}

/** What is known of a number that is not constant. A bound of its type bounds nothing. */
function describeRange(facts: ReadonlyMap<string, string>): string {
  const bound = (name: string) => integer(facts.get(name));
  const [umin = 0n, umax] = [bound('umin'), bound('umax')];
  const [smin, smax] = [asSigned(bound('smin')), asSigned(bound('smax'))];
  if (umax !== undefined && umax < 1n << 63n) {
    if (umin === 0n && umax === 0xffff_ffffn) return 'any number of 32 bits';
    return `a number from ${umin} to ${umax}`;
  }
  if (smin !== undefined && smax !== undefined) return `a number from ${smin} to ${smax}`;
  if (umin > 0n) return `a number of at least ${umin}, unsigned`;
  if (smin !== undefined) return `a number of at least ${smin}`;
  if (smax !== undefined) return `a number of at most ${smax}`;
  return 'any number';
}

/** Where into its object a pointer points, when not to the beginning. */
function describeOffset(facts: ReadonlyMap<string, string>): string | undefined {
  const fixed = integer(facts.get('off')) ?? integer(facts.get('imm')) ?? 0n;
  const largest = integer(facts.get('umax'));
  if (largest !== undefined && largest > 0n) {
    const smallest = integer(facts.get('umin')) ?? 0n;
    return `somewhere from byte ${smallest + fixed} to ${largest + fixed}`;
  }
  return fixed === 0n ? undefined : `at byte ${fixed}`;
}

function signed(value: bigint): string {
  return value < 0n ? String(value) : `+${value}`;
}

/** The log writes large negative numbers as the bits that they are. */
function asSigned(value: bigint | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt.asIntN(64, value);
}

function integer(text: string | undefined): bigint | undefined {
  if (text === undefined || !/^-?(?:0x[0-9a-f]+|\d+)$/.test(text)) return undefined;
  return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
}
