/** What hover and completion say with kernels of `alsoCheck`. */
import { describe, expect, it } from 'vitest';
import { completeEarly } from '#server/features/completion/early';
import { complete } from '#server/features/completion/index';
import { hover } from '#server/features/hover';
import { testAnalyzer } from '#support/analyzer';
import { bundledKernelIds, severalKernels } from '#support/bundled';
import { featureView } from '#support/feature-view';

const analyzer = await testAnalyzer();
const kernel = await severalKernels('6.12-debian-amd64');

function hoverAt(source: string, on = kernel): string {
  const { view, cursors } = featureView(source, { analyzer, kernel: on });
  return hover(view, cursors[0] ?? -1)?.markdown ?? '';
}

const onKmalloc = (body: string) =>
  `SEC("tp/kmem/kmalloc")\nint f(struct trace_event_raw_kmalloc *ctx) { return ${body}; }\n`;
const onClone = (body: string) =>
  `SEC("tp/syscalls/sys_enter_clone")\nint f(struct trace_event_raw_sys_enter *ctx) { return ${body}; }\n`;

describe('hover', () => {
  it('names the kernels without the event', () => {
    expect(hoverAt('SEC("tp/syscalls/sys_enter_/*|*/open")\nint f(void *ctx) { return 0; }\n')).toContain(
      'Not on 6.1-debian-arm64.',
    );
  });

  it('names the kernels with another ctx struct, and those whose fields differ', () => {
    const lines = hoverAt('SEC("tp/kmem/km/*|*/alloc")\nint f(void *ctx) { return 0; }\n').split('\n');
    expect(lines).toContain('`struct trace_event_raw_kmem_alloc` on 5.10-debian-amd64.');
    expect(lines.find((line) => line.includes('`int node`'))).toMatch(/ Not on 5\.10-debian-amd64\. \|$/);
    expect(lines.find((line) => line.includes('gfp_flags`'))).toContain(
      '4 bytes on 5.10-debian-amd64, 8 bytes here',
    );
    expect(lines.find((line) => line.includes('bytes_req`'))).toMatch(/\| +\|$/);
  });

  it('names fields that only others have', () => {
    expect(hoverAt('SEC("tp/sched/sched_process_exit/*|*/")\nint f(void *ctx) { return 0; }\n')).toContain(
      'Also `group_dead` on 6.18-microvm-amd64.',
    );
  });

  it('says of a field where it is missing, and where it lies elsewhere', () => {
    expect(hoverAt(onKmalloc('ctx->no/*|*/de'))).toContain('\nNot on 5.10-debian-amd64.\n');
    expect(hoverAt(onKmalloc('ctx->gfp_/*|*/flags'))).toContain(
      '\n4 bytes on 5.10-debian-amd64, 8 bytes here.\n',
    );
    expect(hoverAt(onKmalloc('ctx->bytes/*|*/_req'))).not.toMatch(/debian-arm64/);
  });

  it('says of an argument which one it is on another architecture', () => {
    expect(hoverAt(onClone('ctx->args[/*|*/4]'))).toContain(
      '\n`args[3]` on 6.1-debian-arm64, `args[4]` here.\n',
    );
  });

  it('describes an event that only another kernel has', () => {
    const markdown = hoverAt(
      'SEC("tp/syscalls/sys_enter_setxattrat/*|*/")\nint f(void *ctx) { return 0; }\n',
    );
    expect(markdown).toContain('ctx->args[0]');
    expect(markdown).toMatch(/Not on 6\.12-debian-amd64, 5\.10-debian-amd64, .*\*6\.18/s);
  });

  it('says nothing of other kernels where there are none', async () => {
    const alone = await severalKernels('6.12-debian-amd64', []);
    const markdown = hoverAt('SEC("tp/kmem/km/*|*/alloc")\nint f(void *ctx) { return 0; }\n', alone);
    expect(markdown).toContain('| read | field |  |\n');
    for (const id of bundledKernelIds) expect(markdown).not.toContain(id);
  });
});

describe('completion', () => {
  const items = (source: string) => {
    const { view, cursors } = featureView(source, { analyzer, kernel });
    return (completeEarly(view, cursors[0] ?? -1) ?? complete(view, cursors[0] ?? -1)).items;
  };
  const item = (source: string, label: string) => items(source).find((one) => one.label === label);

  it('marks the events that a kernel lacks', () => {
    expect(item('SEC("tp/sys_enter_open/*|*/")', 'syscalls/sys_enter_open')).toMatchObject({
      labelDescription: 'tracepoint, not on 6.1-debian-arm64',
      detail: 'syscalls:sys_enter_open is not on 6.1-debian-arm64',
    });
    expect(item('SEC("tp/sys_enter_open/*|*/")', 'syscalls/sys_enter_openat')).toMatchObject({
      labelDescription: 'tracepoint',
    });
  });

  it('counts the kernels where several lack it', () => {
    const found = item('SEC("tp/enter_mseal/*|*/")', 'syscalls/sys_enter_mseal');
    expect(found?.labelDescription).toBe('tracepoint, not on 3 of 5 kernels');
    expect(found?.detail).toMatch(/5\.10-debian-amd64, 6\.1-debian-amd64 and 6\.1-debian-arm64$/);
  });

  it('marks the fields that a kernel lacks', () => {
    const source = onKmalloc('ctx->/*|*/');
    expect(item(source, 'node')?.labelDescription).toBe('int, not on 5.10-debian-amd64');
    expect(item(source, 'ptr')?.labelDescription).toBe('const void *');
  });
});
