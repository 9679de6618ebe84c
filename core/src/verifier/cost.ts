/** The statistics at the end of a log. Kernel: kernel/bpf/verifier.c, print_verification_stats(). */
import type { VerificationCost } from './model';

/** Reads further lines into what earlier ones said. */
export function readCost(line: string, earlier: VerificationCost | undefined): VerificationCost {
  const cost = earlier ?? { processed: 0, limit: 0 };
  const number = (pattern: RegExp): number | undefined => {
    const found = pattern.exec(line)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const microseconds = number(/^verification time (\d+) usec/);
  if (microseconds !== undefined) return { ...cost, microseconds };
  // 7.2 adds ` max 24` behind the depths, 7.3 has nothing else there and one line per function.
  const depths = /^stack depth (\d+(?:\+\d+)*)/.exec(line)?.[1];
  if (depths !== undefined) return { ...cost, stackDepth: depths.split('+').map(Number) };
  const ofFunction = number(/^subprog \d+ \(.* stack (\d+)$/);
  if (ofFunction !== undefined) return { ...cost, stackDepth: [...(cost.stackDepth ?? []), ofFunction] };
  const processed = number(/^processed (\d+) insns /);
  if (processed === undefined) return cost;
  const fact = (key: keyof VerificationCost, pattern: RegExp) => {
    const value = number(pattern);
    return value === undefined ? {} : { [key]: value };
  };
  return {
    ...cost,
    processed,
    limit: number(/\(limit (\d+)\)/) ?? 0,
    ...fact('maxStatesPerInstruction', /max_states_per_insn (\d+)/),
    ...fact('totalStates', /total_states (\d+)/),
    ...fact('peakStates', /peak_states (\d+)/),
  };
}
