/**
 * Follows a value back along the path to the instruction that made it: through copies, through the stack, through calls
 * of the program's own functions, and through arithmetic.
 */
import { framesOf } from './frames';
import type { Step } from './frames';
import type { VerifiedInstruction } from './model';

/** What was met on the way back, newest first. The last one is where the value comes from. */
export type TraceStep =
  | { readonly kind: 'copy' | 'spill' | 'fill' | 'argument' | 'return'; readonly at: number }
  | { readonly kind: 'arithmetic'; readonly at: number; readonly operator: string; readonly by?: number }
  | TraceEnd;

export type TraceEnd =
  /** A helper or kernel function returned it. */
  | { readonly kind: 'call'; readonly at: number; readonly name: string }
  /** Read from memory: of ctx, a map value, a kernel struct. `base` is the register of the address. */
  | { readonly kind: 'load'; readonly at: number; readonly base?: number }
  | { readonly kind: 'constant'; readonly at: number; readonly value?: bigint }
  /** The address of a map, of a global variable, of a function. */
  | { readonly kind: 'address'; readonly at: number }
  /** The call took away what was in r1 to r5. */
  | { readonly kind: 'clobbered'; readonly at: number; readonly name: string }
  /** A helper wrote into the stack there. */
  | { readonly kind: 'written'; readonly at: number; readonly name: string }
  | { readonly kind: 'stack' }
  | { readonly kind: 'ctx' }
  /** A parameter of a global function or callback that the verifier looks at by itself. */
  | { readonly kind: 'parameter' }
  /** Nothing on the path wrote it. */
  | { readonly kind: 'nothing' }
  /** The log does not go back far enough, or the way is lost. */
  | { readonly kind: 'unknown' };

export interface Trace {
  readonly steps: readonly TraceStep[];
  readonly end: TraceEnd;
}

type Location =
  | { readonly register: number; readonly frame: number }
  | { readonly slot: number; readonly size: number; readonly frame: number };

export class Tracer {
  readonly steps: readonly Step[];
  readonly #complete: boolean;
  readonly #ofGlobalFunction: boolean;

  /** @param complete the path begins where the program or function begins */
  constructor(
    path: readonly VerifiedInstruction[],
    options: { readonly complete: boolean; readonly globalFunction: boolean },
  ) {
    this.steps = framesOf(path);
    this.#complete = options.complete;
    this.#ofGlobalFunction = options.globalFunction;
  }

  /** Where the value comes from that a register has before the step at `at`. */
  trace(at: number, register: number): Trace {
    return this.#follow(at, { register, frame: this.steps[at]?.frame ?? 0 });
  }

  /** The same for bytes of the stack. */
  traceStack(at: number, slot: number, size: number): Trace {
    return this.#follow(at, { slot, size, frame: this.steps[at]?.frame ?? 0 });
  }

  /** The offset from the frame pointer that a register holds before a step, where it holds one. */
  stackOffset(at: number, register: number): { readonly frame: number; readonly offset: number } | undefined {
    let offset = 0n;
    let current = register;
    let frame = this.steps[at]?.frame ?? 0;
    for (let i = at - 1; i >= 0 && current !== 10; i--) {
      const step = this.steps[i];
      if (!step || step.frame > frame) continue;
      if (step.frame < frame) {
        if (current < 1 || current > 5 || step.effect.kind !== 'call-local') return undefined;
        frame = step.frame;
        continue;
      }
      const { effect } = step;
      if (effect.kind === 'move' && effect.to === current && effect.bits === 64) current = effect.from;
      else if (effect.kind === 'arithmetic' && effect.to === current) {
        if (effect.value === undefined || (effect.operator !== '+' && effect.operator !== '-'))
          return undefined;
        offset += effect.operator === '+' ? effect.value : -effect.value;
      } else if (writes(step, current)) return undefined;
    }
    return current === 10 ? { frame, offset: Number(offset) } : undefined;
  }

  #follow(from: number, start: Location): Trace {
    const met: TraceStep[] = [];
    let location = start;
    const end = (last: TraceEnd): Trace => ({ steps: [...met, last], end: last });
    if ('register' in location && location.register === 10) return end({ kind: 'stack' });
    for (let at = from - 1; at >= 0; at--) {
      const step = this.steps[at];
      if (!step) break;
      const moved = this.#stepBack(step, at, location);
      if (moved === undefined) continue;
      if ('end' in moved) return end(moved.end);
      met.push(moved.step);
      location = moved.location;
      if ('register' in location && location.register === 10) return end({ kind: 'stack' });
    }
    return end(this.#atTheBeginning(location));
  }

  #atTheBeginning(location: Location): TraceEnd {
    if (!this.#complete) return { kind: 'unknown' };
    if (!('register' in location)) return { kind: 'nothing' };
    if (this.#ofGlobalFunction)
      return { kind: location.register <= 5 && location.register > 0 ? 'parameter' : 'nothing' };
    return { kind: location.register === 1 ? 'ctx' : 'nothing' };
  }

  /** Undefined where the step has nothing to do with the value. */
  #stepBack(
    step: Step,
    at: number,
    location: Location,
  ): { readonly step: TraceStep; readonly location: Location } | { readonly end: TraceEnd } | undefined {
    const { effect, frame } = step;
    if (frame > location.frame) {
      // Into the function that returned it; what else a function does is of no interest to its caller.
      const isResult = 'register' in location && location.register === 0 && frame === location.frame + 1;
      if (isResult && effect.kind === 'exit') {
        return { step: { kind: 'return', at }, location: { register: 0, frame } };
      }
      return undefined;
    }
    if (frame < location.frame) {
      if (!('register' in location)) return { end: { kind: 'nothing' } };
      if (location.register < 1 || location.register > 5) return { end: { kind: 'nothing' } };
      if (effect.kind !== 'call-local') return { end: { kind: 'parameter' } };
      return { step: { kind: 'argument', at }, location: { register: location.register, frame } };
    }
    return 'register' in location
      ? this.#registerBack(step, at, location)
      : this.#slotBack(step, at, location);
  }

  #registerBack(
    { effect, frame }: Step,
    at: number,
    { register }: { readonly register: number },
  ): { readonly step: TraceStep; readonly location: Location } | { readonly end: TraceEnd } | undefined {
    switch (effect.kind) {
      case 'move':
        if (effect.to !== register) return undefined;
        return { step: { kind: 'copy', at }, location: { register: effect.from, frame } };
      case 'arithmetic':
        if (effect.to !== register) return undefined;
        return {
          step: {
            kind: 'arithmetic',
            at,
            operator: effect.operator,
            ...(effect.by !== undefined && { by: effect.by }),
          },
          location: { register, frame },
        };
      case 'constant':
        return effect.to === register ? { end: { kind: 'constant', at, value: effect.value } } : undefined;
      case 'address':
        return effect.to === register ? { end: { kind: 'address', at } } : undefined;
      case 'load': {
        if (effect.to !== register) return undefined;
        if (effect.from === undefined) return { end: { kind: 'load', at } };
        const place = this.stackOffset(at, effect.from);
        if (place?.frame !== frame) return { end: { kind: 'load', at, base: effect.from } };
        const slot = place.offset + effect.offset;
        return { step: { kind: 'fill', at }, location: { slot, size: effect.size, frame } };
      }
      case 'atomic':
        return effect.to === register ? { end: { kind: 'load', at, base: effect.base } } : undefined;
      case 'call':
        if (register === 0) return { end: { kind: 'call', at, name: effect.name } };
        return register <= 5 ? { end: { kind: 'clobbered', at, name: effect.name } } : undefined;
      case 'call-local':
        // Only where the function was not walked through.
        if (register === 0) return { end: { kind: 'call', at, name: '' } };
        return register <= 5 ? { end: { kind: 'clobbered', at, name: '' } } : undefined;
      default:
        return undefined;
    }
  }

  #slotBack(
    { effect, frame }: Step,
    at: number,
    { slot, size }: { readonly slot: number; readonly size: number },
  ): { readonly step: TraceStep; readonly location: Location } | { readonly end: TraceEnd } | undefined {
    if (effect.kind === 'store') {
      const place = effect.base === 10 ? { frame, offset: 0 } : this.stackOffset(at, effect.base);
      if (place?.frame !== frame) return undefined;
      const start = place.offset + effect.offset;
      if (start >= slot + size || start + effect.size <= slot) return undefined;
      if (effect.from === undefined) return { end: { kind: 'constant', at } };
      return { step: { kind: 'spill', at }, location: { register: effect.from, frame } };
    }
    if (effect.kind === 'call') {
      for (const register of [1, 2, 3, 4, 5]) {
        const place = this.stackOffset(at, register);
        // A helper writes from the address on that it gets.
        if (place?.frame === frame && place.offset <= slot && writesMemory(effect.name, register)) {
          return { end: { kind: 'written', at, name: effect.name } };
        }
      }
    }
    return undefined;
  }
}

function writes({ effect }: Step, register: number): boolean {
  switch (effect.kind) {
    case 'move':
    case 'constant':
    case 'address':
    case 'arithmetic':
    case 'load':
      return effect.to === register;
    case 'atomic':
      return effect.to === register;
    case 'call':
    case 'call-local':
      return register <= 5;
    default:
      return false;
  }
}

/** Helpers that fill memory, and the register that says where. */
function writesMemory(name: string, register: number): boolean {
  if (
    /^bpf_(?:probe_read|copy_from_user|get_current_comm|perf_prog_read_value|get_stack$|d_path)/.test(name)
  ) {
    return register === (/^bpf_(?:perf_prog_read_value|get_stack$|d_path)/.test(name) ? 2 : 1);
  }
  if (/^bpf_(?:skb|xdp)_load_bytes/.test(name)) return register === 3;
  return false;
}
