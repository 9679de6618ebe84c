/** Pointers that a call took away: what they pointed to was released, moved, or is no longer protected. */
import { HELPER_ROWS } from '../bpf/helpers.generated';
import type { Culprit } from './blame';
import { calledFunction } from './circumstances';
import type { Circumstances } from './circumstances';
import { writtenRegisters } from './instruction';
import type { RuleId } from './model';
import { parseRegisterValue } from './register-state';

export interface LostPointer {
  readonly rule: RuleId;
  /** The call that took it away, as a place in the path. */
  readonly at: number;
}

/** Helpers after which the packet may lie elsewhere. Kernel: net/core/filter.c, bpf_helper_changes_pkt_data(). */
const movesPacket =
  /^bpf_(?:(?:skb|xdp|msg|sk_skb)_(?:vlan_push|vlan_pop|store_bytes|change_\w+|pull_data|adjust_\w+|push_data|pop_data)|clone_redirect|l[34]_csum_replace|set_hash|lwt_\w+|tail_call|msg_pull_data)$/;

/** The call that took a pointer away which is a plain number now; undefined where it never was one. */
export function lostPointer(c: Circumstances, { trace }: Culprit): LostPointer | undefined {
  const { end } = trace;
  if (end.kind !== 'call' && end.kind !== 'load') return undefined;
  const was =
    heldType(c, end.at) ?? (end.kind === 'call' && returnsPointer(end.name) ? 'pointer' : undefined);
  if (was === undefined || was === 'scalar') return undefined;
  for (let at = c.at - 1; at > end.at; at--) {
    const effect = c.tracer.steps[at]?.effect;
    if (effect?.kind !== 'call' && effect?.kind !== 'call-local') continue;
    const name = calledFunction(c, at) ?? '';
    if (/^(?:rdonly_)?pkt/.test(was)) {
      if (movesPacket.test(name) || effect.kind === 'call-local') return { rule: 'packet-pointer-stale', at };
    } else if (name.includes('unlock')) {
      return { rule: 'use-after-unlock', at };
    } else if ([1, 2, 3, 4, 5].some((register) => isSame(c, at, register, end.at))) {
      return { rule: 'use-after-release', at };
    }
  }
  return undefined;
}

/** What the log prints of the register that a step wrote; kernels before 5.18 print it at the next branch, if at all. */
function heldType({ tracer, at: end }: Circumstances, at: number): string | undefined {
  const step = tracer.steps[at];
  const register = step?.effect.kind === 'load' ? step.effect.to : 0;
  let printed = step?.instruction.after?.values.get(`R${register}`);
  for (let i = at + 1; i <= end && printed === undefined; i++) {
    const next = tracer.steps[i];
    if (!next || next.frame !== step?.frame) break;
    printed = next.instruction.before?.values.get(`R${register}`);
    if (writtenRegisters(next.effect).includes(register)) break;
  }
  return printed === undefined ? undefined : parseRegisterValue(printed).type;
}

function returnsPointer(helper: string): boolean {
  return HELPER_ROWS.some(([, name, prototype]) => name === helper && /^[^(]*\*\s*bpf_/.test(prototype));
}

function isSame({ tracer }: Circumstances, at: number, register: number, made: number): boolean {
  const { end } = tracer.trace(at, register);
  return (end.kind === 'call' || end.kind === 'load') && end.at === made;
}
