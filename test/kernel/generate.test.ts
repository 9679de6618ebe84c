/** Generated handlers, judged by the running kernel: every event, every delivery, every pair. */
import { expect, test } from 'vitest';
import { generate } from '#server/generate/generate';
import type { GeneratedProgram, GenerateOptions } from '#server/generate/model';
import type { KernelView } from '#server/view';
import { compileBpf } from '#support/bpf/compile';
import { loadPrograms, type ProgramVerdict } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

/** Events in one object: each has maps of its own, and every program holds a file descriptor. */
const batchSize = 400;

type Options = Omit<GenerateOptions, 'events'>;

describeUnless(requireKernel(), 'generated handlers', () => {
  test.each<[string, Options, boolean]>([
    ['ring buffer', {}, true],
    ['perf buffer', { delivery: 'perfbuf' }, false],
    ['bpf_printk', { delivery: 'printk' }, false],
  ])('%s: every event compiles without a warning, loads and attaches', async (_, options, attach) => {
    const kernel = await liveKernel();
    const events = kernel.index.events;
    expect(events.length).toBeGreaterThan(1000);
    const verdicts: ProgramVerdict[] = [];
    for (let start = 0; start < events.length; start += batchSize) {
      const batch = events.slice(start, start + batchSize);
      verdicts.push(...(await verdictsOn(program(kernel, { ...options, events: batch }), attach)));
    }
    expect(verdicts).toHaveLength(events.length);
    expect(refused(verdicts, attach)).toEqual([]);
  });
});

function program(kernel: KernelView, options: GenerateOptions): GeneratedProgram {
  const generated = generate(options, { kernel });
  if (!generated.ok) throw new Error(generated.message);
  return generated.value;
}

async function verdictsOn({ text }: GeneratedProgram, attach: boolean) {
  // One ring buffer for each event: as many of full size would not fit into memory.
  const { path, messages } = await compileBpf(text.replaceAll('256 * 1024', '4096'), {
    flags: ['-Wall', '-Werror'],
  });
  expect(messages).toBe('');
  return loadPrograms(path, { attach });
}

function refused(verdicts: readonly ProgramVerdict[], attach: boolean): readonly string[] {
  return verdicts
    .filter((verdict) => verdict.load !== 'ok' || (attach && verdict.attach !== 'ok'))
    .map(({ section, load, attach: attached, log }) => `${section}: ${load} ${attached ?? ''}\n${log}`);
}
