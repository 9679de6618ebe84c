/** The license that helpers ask for, as the running kernel's verifier says. */
import { expect, test } from 'vitest';
import { GPL_ONLY_HELPERS } from '#core/bpf/helper-licenses.generated';
import { checkSource } from '#server/check-source';
import { helperNamed, helperNames } from '#server/helpers/helpers';
import { testAnalyzer } from '#support/analyzer';
import { compileBpf } from '#support/bpf/compile';
import { loadPrograms } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

/** Between them, programs of these kinds may call every helper that is only for GPL compatible ones. */
const sections = [
  ...['tp/sched/sched_switch', 'kprobe/do_unlinkat', 'perf_event', 'tc', 'iter/task', 'tp_btf/sched_switch'],
  ...['sk_lookup', 'sockops', 'xdp', 'cgroup/sock_create', 'sk_msg', 'lwt_xmit', 'sk_reuseport'],
];

const restricted = 'cannot call GPL-restricted function';

/** A call of a helper with arguments of any kind: the license is looked at before they are. */
function program(helper: string, n: number): string {
  const parameters = helperNamed(helper)?.parameters.filter(({ name }) => name !== '') ?? [];
  return `SEC("${sections[n] ?? ''}")
int ${helper}__${n}(void *ctx)
{
	${helper}(${parameters.map(() => '(void *)0').join(', ')});
	return 0;
}
`;
}

const head = (license: string | undefined) =>
  `#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\n${license === undefined ? '' : `char LICENSE[] SEC("license") = "${license}";\n`}`;

/** Per program: whether the verifier refused it for its license. */
async function askKernel(text: string): Promise<ReadonlyMap<string, { refused: boolean; log: string }>> {
  const { path } = await compileBpf(text, { flags: ['-Wno-int-conversion', '-w'] });
  const verdicts = await loadPrograms(path, { attach: false });
  return new Map(
    verdicts.map(({ program: name, log }) => [name, { refused: log.includes(restricted), log }]),
  );
}

/** The helpers that the checks of the license report in a text, by code. */
async function askChecks(text: string): Promise<readonly string[]> {
  const [analyzer, kernel] = await Promise.all([testAnalyzer(), liveKernel()]);
  const findings = await checkSource(text, { analyzer, kernel });
  return findings
    .filter(({ code }) => code === 'helper-license' || code === 'license-missing')
    .map(({ code, span, severity }) => `${severity} ${code} ${text.slice(span.start, span.end)}`);
}

/** An address that is neither ctx nor the result of a restricted helper. */
const task = '(struct task_struct *)(long)bpf_get_smp_processor_id()';

/** The helpers whose calls were refused for the license, each once. */
function refusedIn(verdicts: Awaited<ReturnType<typeof askKernel>>): readonly string[] {
  const names = [...verdicts].flatMap(([name, { refused }]) => (refused ? [name.replace(/__\d+$/, '')] : []));
  return [...new Set(names)].sort();
}

describeUnless(requireKernel(), 'helper-license', () => {
  test('every helper is restricted, or is not, as the verifier says', async () => {
    const programs = helperNames.flatMap((helper) => sections.map((_, n) => program(helper, n)));
    const text = head('Proprietary') + programs.join('');
    const verdicts = await askKernel(text);
    expect(verdicts.size).toBe(programs.length);
    const refused = refusedIn(verdicts);
    expect(refused).toEqual([...GPL_ONLY_HELPERS].sort());

    // The checks do not know which kinds of programs may call a helper: they report each call of a restricted one.
    const reported = new Set(await askChecks(text));
    expect([...reported].sort()).toEqual(refused.map((name) => `error helper-license ${name}`));
  });

  test('none is restricted for a GPL compatible program', async () => {
    const helpers = [...GPL_ONLY_HELPERS];
    const programs = helpers.flatMap((helper) => sections.map((_, n) => program(helper, n)));
    const text = head('Dual MIT/GPL') + programs.join('');
    const verdicts = await askKernel(text);
    expect(verdicts.size).toBe(programs.length);
    expect(refusedIn(verdicts)).toEqual([]);
    expect(await askChecks(text)).toEqual([]);
  });

  test.each([
    ['GPL', false],
    ['GPL v2', false],
    ['GPL and additional rights', false],
    ['Dual BSD/GPL', false],
    ['Dual MIT/GPL', false],
    ['Dual MPL/GPL', false],
    ['GPLv2', true],
    ['GPL-2.0', true],
    ['MIT', true],
    ['gpl', true],
    ['', true],
    [undefined, true],
  ])('the license %j is judged as the kernel does', async (license, refuses) => {
    const helpers = ['bpf_get_current_task', 'bpf_probe_read_kernel', 'bpf_trace_printk'];
    const text = head(license) + helpers.map((helper) => program(helper, 0)).join('');
    expect(refusedIn(await askKernel(text))).toEqual(refuses ? helpers : []);

    const all = refuses ? helpers.map((name) => `error helper-license ${name}`) : [];
    const expected = license === undefined ? ['warning license-missing bpf_get_current_task'] : all;
    expect(await askChecks(text)).toEqual(expected);
  });

  test.each([
    ['bpf_printk', 'bpf_printk("x");'],
    ['bpf_printk with many arguments', 'bpf_printk("%d %d %d %d", 1, 2, 3, 4);'],
    ['bpf_core_read', 'int x; bpf_core_read(&x, sizeof(x), ctx);'],
    ['bpf_core_read_str', 'char x[8]; bpf_core_read_str(&x, sizeof(x), ctx);'],
    ['BPF_CORE_READ', `BPF_CORE_READ(${task}, pid);`],
    ['BPF_CORE_READ_INTO', `int x; BPF_CORE_READ_INTO(&x, ${task}, pid);`],
    ['BPF_CORE_READ_STR_INTO', `char x[8]; BPF_CORE_READ_STR_INTO(&x, ${task}, comm);`],
    ['BPF_CORE_READ_USER', `BPF_CORE_READ_USER(${task}, pid);`],
    ['BPF_SNPRINTF', 'char x[8]; BPF_SNPRINTF(x, sizeof(x), "%d", 1);'],
  ])('%s is refused where the check says so', async (_, body) => {
    const text = `${head('MIT')}#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
SEC("tp/sched/sched_switch")
int handle(void *ctx)
{
	${body}
	return 0;
}
`;
    const verdicts = await askKernel(text);
    expect(verdicts.get('handle')?.log).toContain(restricted);
    expect(await askChecks(text)).toEqual([expect.stringContaining('error helper-license')]);
    const fixed = text.replace('"MIT"', '"GPL"');
    expect((await askKernel(fixed)).get('handle')?.refused).toBe(false);
    expect(await askChecks(fixed)).toEqual([]);
  });
});
