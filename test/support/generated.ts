/** Generated programs for tests: many events at once, and what a kernel says to them. */
import type { EventName } from '#core/kernel/model';
import { generate } from '#server/generate/generate';
import type { GenerateOptions } from '#server/generate/model';
import type { KernelView } from '#server/view';
import type { ProgramVerdict } from '#support/bpf/loader';

/** Events in one object: clang needs 1 s for 100 of them, 5 s for 400 and 60 s for 1200. */
const batchSize = 128;

export function batches(events: readonly EventName[]): EventName[][] {
  const count = Math.ceil(events.length / batchSize);
  return Array.from({ length: count }, (_, n) => events.slice(n * batchSize, (n + 1) * batchSize));
}

/** The program; its ring buffers are small, for as many of full size would not fit into memory. */
export function program(kernel: KernelView, options: GenerateOptions): string {
  const generated = generate(options, { kernel });
  if (!generated.ok) throw new Error(generated.message);
  return generated.value.text.replaceAll('256 * 1024', '4096');
}

/** The programs that were not loaded, or not attached where that was tried. */
export function refused(verdicts: readonly ProgramVerdict[]): readonly string[] {
  return verdicts
    .filter(({ load, attach }) => load !== 'ok' || (attach !== undefined && attach !== 'ok'))
    .map(({ section, load, attach, log }) => `${section}: ${load} ${attach ?? ''}\n${log}`);
}
