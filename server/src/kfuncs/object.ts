/** Functions of the kernel that a compiled object calls, and that the kernel does not let it call. */
import { kernelCalls } from '#core/object/calls';
import type { KernelFunction } from '#core/object/functions';
import type { ObjectVerdict } from '#core/object/verdict';
import { objectCalls, type ObjectCall } from '../object/calls';
import type { DocumentView } from '../view';
import { isKfunc, takesKfuncs } from './kfuncs';

export type KernelCall = ObjectCall<string>;

export interface TroubledFunction {
  /** As the object has it. */
  readonly name: string;
  readonly function: KernelFunction;
  /** Of a function that it cannot find libbpf makes an error of the whole load; else the verifier refuses each call. */
  readonly trouble: 'refused-by-libbpf' | 'refused-by-verifier';
  /** Those that the verifier may come to. */
  readonly calls: readonly KernelCall[];
}

export function troubledFunctions(
  { kernel }: DocumentView,
  verdict: ObjectVerdict,
): readonly TroubledFunction[] {
  const { types } = kernel.index;
  const troubleWith = ({
    kernelName,
    weak,
    state,
  }: KernelFunction): TroubledFunction['trouble'] | undefined => {
    if (state === 'other') return 'refused-by-libbpf';
    if (state === 'absent' || state === 'unknown') return weak ? 'refused-by-verifier' : 'refused-by-libbpf';
    const isCallable = takesKfuncs(types) && isKfunc(types, kernelName) !== false;
    return isCallable ? undefined : 'refused-by-verifier';
  };
  const troubled = [...verdict.functions.values()].flatMap((fn) => {
    const trouble = troubleWith(fn);
    return trouble ? [{ name: fn.name, function: fn, trouble }] : [];
  });
  if (troubled.length === 0) return [];
  const names = new Set(troubled.map(({ name }) => name));
  const calls = objectCalls(verdict, (program) =>
    [...kernelCalls(program)].filter(([name]) => names.has(name)),
  ).filter(({ reached }) => reached !== 'no');
  return troubled
    .map((one) => ({ ...one, calls: calls.filter(({ callee }) => callee === one.name) }))
    .filter(({ trouble, calls: own }) => trouble === 'refused-by-libbpf' || own.length > 0);
}
