/** Generated handlers, judged by the running kernel: every event, every delivery, every pair. */
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { createTypeIndex } from '#core/btf/index';
import { ProcessFact } from '#core/messages/generate-handler';
import { checkSource } from '#server/check-source';
import type { GenerateOptions } from '#server/generate/model';
import { createHeaderStore } from '#server/headers/store';
import { createKernelView } from '#server/session/kernel-view';
import type { KernelView } from '#server/view';
import { testAnalyzer } from '#support/analyzer';
import { compileBpf, vmlinuxHeader } from '#support/bpf/compile';
import { loadPrograms, type ProgramVerdict } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { batches, program, refused } from '#support/generated';
import { inParallel } from '#support/in-parallel';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

type Options = Omit<GenerateOptions, 'events'>;

/** An event that does not use ctx has the parameter all the same. */
const warnings = ['-Wall', '-Wextra', '-Wno-unused-parameter', '-Werror'];

describeUnless(requireKernel(), 'generated handlers', () => {
  test.each<[string, Options, boolean]>([
    ['ring buffer', {}, true],
    ['perf buffer', { delivery: 'perfbuf' }, false],
    ['bpf_printk', { delivery: 'printk' }, false],
  ])('%s: every event compiles without a warning and loads', async (_, options, attach) => {
    const kernel = await liveKernel();
    const { events } = kernel.index;
    expect(events.length).toBeGreaterThan(1000);
    const verdicts = await verdictsOn(kernel, events, options, attach);
    expect(verdicts).toHaveLength(events.length);
    expect(refused(verdicts)).toEqual([]);
    expect(verdicts.filter((verdict) => verdict.attach === 'ok')).toHaveLength(attach ? events.length : 0);
  });

  test.each<[string, Options]>([
    ['ring buffer', { process: ProcessFact.options, filter: { pid: 1, comm: 'init', failed: true } }],
    ['perf buffer', { delivery: 'perfbuf' }],
    ['bpf_printk', { delivery: 'printk', process: ProcessFact.options }],
  ])('%s: every pair of a system call compiles, loads and attaches', async (_, options) => {
    const kernel = await liveKernel();
    const events = pairsOf(kernel);
    expect(events.length).toBeGreaterThan(300);
    const verdicts = await verdictsOn(kernel, events, { ...options, pair: true }, true);
    expect(verdicts).toHaveLength(2 * events.length);
    expect(refused(verdicts)).toEqual([]);
    expect(verdicts.filter((verdict) => verdict.attach === 'ok')).toHaveLength(verdicts.length);
  });

  test('every event is read by a struct of the program, where the kernel has no types', async () => {
    const live = await liveKernel();
    const types = createTypeIndex({}).value;
    const kernel = createKernelView({ ...live.index, types }, { chosen: true });
    const { events } = live.index;
    const verdicts = await verdictsOn(kernel, events, {}, true);
    expect(verdicts).toHaveLength(events.length);
    expect(refused(verdicts)).toEqual([]);
  });

  test('the checks find nothing in any of them', async () => {
    const kernel = await liveKernel();
    const analyzer = await testAnalyzer();
    const store = createHeaderStore(analyzer);
    const uri = pathToFileURL(join(dirname(await vmlinuxHeader()), 'program.bpf.c')).href;
    let sections = 0;
    for (const events of batches(kernel.index.events)) {
      const text = program(kernel, { events });
      sections += text.split('SEC("tp/').length - 1;
      const findings = await checkSource(text, {
        ...{ analyzer, kernel, uri },
        headers: (document, includes) => store.load(document, includes, []),
      });
      expect(findings.map(({ code, span }) => `${code}: ${text.slice(span.start, span.end)}`)).toEqual([]);
    }
    expect(sections).toBe(kernel.index.events.length);
  });
});

/** The enter events of all system calls that return. */
function pairsOf({ index }: KernelView) {
  return index.events.filter(
    ({ category, name }) =>
      category === 'syscalls' &&
      name.startsWith('sys_enter_') &&
      !['sys_enter_exit', 'sys_enter_exit_group', 'sys_enter_rt_sigreturn'].includes(name),
  );
}

async function verdictsOn(
  kernel: KernelView,
  events: KernelView['index']['events'],
  options: Options,
  attach: boolean,
): Promise<readonly ProgramVerdict[]> {
  const verdicts = await inParallel(batches(events), async (batch) => {
    const { path, messages } = await compileBpf(program(kernel, { ...options, events: batch }), {
      flags: warnings,
    });
    expect(messages).toBe('');
    return loadPrograms(path, { attach });
  });
  return verdicts.flat();
}
