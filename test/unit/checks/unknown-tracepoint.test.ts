import { beforeAll, describe, expect, it } from 'vitest';
import { applyFix, checkFixture, findingsOf } from '#support/check-fixture';
import type { FixtureContext } from '#support/check-fixture';
import { fixtureContext } from './context';

const program = (section: string) => `SEC("${section}")\nint handle(void *ctx) { return 0; }\n`;

describe('unknown-tracepoint', () => {
  let context: FixtureContext;
  let arm64: FixtureContext;
  beforeAll(async () => {
    context = await fixtureContext();
    arm64 = await fixtureContext('6.1-debian-arm64');
  });

  it('names the event after the kernel’s function', async () => {
    const source = program('tp/syscalls/sys_enter_stat');
    const [finding] = await findingsOf(source, context);
    expect(finding).toMatchObject({ code: 'unknown-tracepoint', severity: 'error' });
    expect(finding?.message).toContain('ENOENT');
    const titles = finding?.fixes.map(({ title }) => title) ?? [];
    expect(titles.join()).toMatch(/sys_enter_(new|f)?stat/);
    expect(finding && (await findingsOf(applyFix(source, finding), context))).toEqual([]);
  });

  it('warns of an event of other kernels beside one of this kernel that does the same', async () => {
    const handler = (event: string, call: string) =>
      `SEC("tp/${event}")\nint on_${event.replace('/', '_')}(void *ctx)\n{\n\treturn ${call};\n}\n`;
    const shared = 'static int count(void *ctx) { return 0; }\nstatic int other(void *ctx) { return 0; }\n';
    const severities = async (...handlers: readonly string[]) =>
      (await findingsOf(shared + handlers.join(''), context)).map(({ severity }) => severity);
    const dirty = handler('writeback/writeback_dirty_page', 'count(ctx)');
    expect(await severities(dirty)).toEqual(['error']);
    expect(await severities(dirty, handler('writeback/writeback_dirty_folio', 'count(ctx)'))).toEqual([
      'warning',
    ]);
    expect(await severities(dirty, handler('writeback/writeback_dirty_folio', 'other(ctx)'))).toEqual([
      'error',
    ]);
    expect(await severities(dirty, handler('sched/sched_switch', 'count(ctx)'))).toEqual(['error']);
    // No kernel has it.
    const wrong = handler('writeback/writeback_dirty_foliu', 'count(ctx)');
    expect(await severities(wrong, handler('writeback/writeback_dirty_folio', 'count(ctx)'))).toEqual([
      'error',
    ]);
  });

  it('does not take a system call of another architecture for one of several', async () => {
    const calls = ['open', 'openat'].map(
      (name) => `SEC("tp/syscalls/sys_enter_${name}")\nint on_${name}(void *ctx) { return count(ctx); }\n`,
    );
    const found = await findingsOf(`static int count(void *ctx) { return 0; }\n${calls.join('')}`, arm64);
    expect(found.map(({ severity }) => severity)).toEqual(['error']);
  });

  it('says on which other kernel the event exists', async () => {
    const [finding] = await findingsOf(program('tp/syscalls/sys_enter_open'), arm64);
    expect(finding?.message).toMatch(/Known on .*x86_64/);
  });

  it('offers not to load by default what other kernels have, beside the nearest names', async () => {
    const source = program('tp/syscalls/sys_enter_open');
    const [finding] = await findingsOf(source, arm64);
    expect(finding?.fixes[0]?.title).toBe('Change to syscalls/sys_enter_openat');
    expect(finding?.fixes.at(-1)).toMatchObject({
      title: 'Load only if asked: SEC("?tp/syscalls/sys_enter_open")',
      preferred: false,
    });
    const fixed = finding && applyFix(source, finding, 'Load only if asked');
    expect(fixed).toBe(program('?tp/syscalls/sys_enter_open'));
    expect(await findingsOf(fixed ?? '', arm64)).toEqual([]);
  });

  it('offers it for no event that no known kernel has', async () => {
    const [finding] = await findingsOf(program('tp/syscalls/sys_enter_opena'), context);
    const titles = finding?.fixes.map(({ title }) => title) ?? [];
    expect(titles).toContain('Change to syscalls/sys_enter_openat');
    expect(titles.filter((title) => !title.startsWith('Change to'))).toEqual([]);
  });

  it('finds the category of a name', async () => {
    const [finding] = await findingsOf(program('tp/process/sched_switch'), context);
    expect(finding?.fixes[0]?.edits[0]?.newText).toBe('sched/sched_switch');
  });

  it('offers a syscall’s other forms, and no other syscall that is three letters away', async () => {
    const [finding] = await findingsOf(program('tp/syscalls/sys_enter_rename'), arm64);
    expect(finding?.fixes.map(({ edits }) => edits[0]?.newText)).toEqual([
      'syscalls/sys_enter_renameat',
      'syscalls/sys_enter_renameat2',
      '?',
    ]);
    for (const [name, form] of [
      ['newlstat', 'newfstatat'],
      ['lchown', 'fchownat'],
      ['chmod', 'fchmodat'],
      ['exec', 'execve'],
    ] as const) {
      const [other] = await findingsOf(program(`tp/syscalls/sys_enter_${name}`), arm64);
      expect(other?.fixes.map(({ edits }) => edits[0]?.newText)).toContain(`syscalls/sys_enter_${form}`);
    }
  });

  it('refuses a colon between category and name', async () => {
    const source = program('tracepoint/sched:sched_switch');
    const [finding] = await findingsOf(source, context);
    expect(finding).toMatchObject({ severity: 'error' });
    expect(finding && applyFix(source, finding)).toContain('SEC("tracepoint/sched/sched_switch")');
  });

  it('remarks on an event without its category, which other loaders take', async () => {
    await checkFixture(
      `
SEC("tp/sched_switch")
//   ^^^^^^^^^^^^^^^ information[unknown-tracepoint]: EINVAL
int a(void *ctx) { return 0; }
`,
      context,
    );
    const source = program('tp/sched_switch');
    const [finding] = await findingsOf(source, context);
    expect(finding && applyFix(source, finding)).toContain('SEC("tp/sched/sched_switch")');
  });

  it('takes events that are reserved for ftrace for refused', async () => {
    const [finding] = await findingsOf(program('tp/ftrace/function'), context);
    expect(finding).toMatchObject({ code: 'unknown-tracepoint' });
  });

  it('warns only, where a module may bring the category', async () => {
    const [finding] = await findingsOf(program('tp/nvme/nvme_sq'), context);
    expect(finding).toMatchObject({ severity: 'warning' });
    expect(finding?.message).toMatch(/If a module brings it, .* Known on /);
  });

  it('informs only, where no known kernel has the category: it may be the target of a tail call', async () => {
    const [finding] = await findingsOf(program('tp/zzztail/zzz_second_half'), context);
    expect(finding).toMatchObject({ severity: 'information' });
  });

  it.each([
    'tp/sched/sched_switch',
    '?tp/sched/nope_not_here',
    'tp',
    'tracepoint/sched/sched_switch/v2',
    'raw_tp/nope_not_here',
    'generic_tracepoint/a/b',
    // Attached by hand, or reached by tail calls.
    'tracepoint/handle_exit_of_mkdir',
    'tracepoint/0',
  ])('is silent on %s', async (section) => {
    expect(await findingsOf(program(section), context)).toEqual([]);
  });

  it('is a hint for a bare syscall, which other loaders take', async () => {
    const [finding] = await findingsOf(program('tracepoint/syscalls/sendto'), context);
    expect(finding).toMatchObject({ severity: 'hint' });
  });

  it('is a warning at most on a kernel that nobody chose, and says which', async () => {
    const [finding] = await findingsOf(
      program('tp/syscalls/sys_enter_opena'),
      await fixtureContext('6.12-debian-amd64', false),
    );
    expect(finding).toMatchObject({ severity: 'warning' });
    expect(finding?.message).toContain('6.12');
  });
});
