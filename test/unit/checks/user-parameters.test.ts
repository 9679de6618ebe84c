/** `user-pointer` and `prog-args` of BPF_KSYSCALL, and of programs of user space. openat(dfd, filename, flags, mode). */
import { beforeAll, describe, expect, it } from 'vitest';
import { applyFix, checkFixture, findingsOf } from '#support/check-fixture';
import type { FixtureContext } from '#support/check-fixture';
import { fixtureContext } from './context';

describe('addresses of the process in parameters', () => {
  let context: FixtureContext;
  beforeAll(async () => {
    context = await fixtureContext('6.1-debian-amd64');
  });
  const program = (section: string, head: string, body: string) =>
    `SEC("${section}")\nint ${head}\n{\n\tchar name[64] = {};\n${body}\n\treturn name[0];\n}\n`;
  const openat = 'BPF_KSYSCALL(handle, int dfd, const char *filename, int flags)';
  const kernelRead = (source: string) =>
    `\tbpf_probe_read_kernel_str(name, sizeof(name), ${source});\n` +
    `\t//                                            ${'^'.repeat(source.length)} warning[user-pointer]: leaves zeros`;

  it.each([
    ['ksyscall/openat', openat, 'filename'],
    ['ksyscall/openat', openat, '(void *)filename'],
    ['kprobe/__x64_sys_openat', openat.replace('BPF_KSYSCALL', 'BPF_KPROBE_SYSCALL'), 'filename'],
    ['uprobe//bin/bash:readline', 'BPF_UPROBE(handle, const char *prompt)', 'prompt'],
    ['uretprobe//bin/bash:readline', 'BPF_URETPROBE(handle, const void *ret)', 'ret'],
    ['uprobe/', 'BPF_KPROBE(handle, const char *prompt)', 'prompt'],
    ['usdt/libc.so.6:libc:setjmp', 'BPF_USDT(handle, void *arg1)', 'arg1'],
    ['uprobe.multi//bin/bash:read*', 'handle(struct pt_regs *ctx)', '(void *)PT_REGS_PARM2(ctx)'],
    ['uretprobe.s//bin/bash:readline', 'handle(struct pt_regs *ctx)', '(const char *)PT_REGS_RC(ctx)'],
  ])('%s: %s reads %s', async (section, head, source) => {
    const text = program(section, head, kernelRead(source));
    const [finding] = await checkFixture(text, context);
    const fixed = (finding && applyFix(text, finding)) ?? '';
    expect(fixed).toContain(`bpf_probe_read_user_str(name, sizeof(name), ${source});`);
    expect(await findingsOf(fixed, context)).toEqual([]);
  });

  it.each(['return filename[0];', 'return *filename;', 'bpf_printk("%c", filename[3]);'])(
    'reports the dereference in %s',
    async (statement) => {
      const text = program('ksyscall/openat', openat, `\t${statement}`);
      expect(await findingsOf(text, context)).toMatchObject([{ code: 'user-pointer', severity: 'error' }]);
    },
  );

  it.each([
    // No pointer; one that may be another by then; what is not its own value; the right helper; another section.
    ['ksyscall/openat', openat, 'bpf_probe_read_kernel(name, 8, (void *)(long)flags);'],
    [
      'ksyscall/openat',
      openat,
      'filename = (void *)bpf_get_current_task();\n\tbpf_probe_read_kernel(name, 8, filename);',
    ],
    ['ksyscall/openat', openat, 'bpf_probe_read_kernel(name, 8, &filename);'],
    ['ksyscall/openat', openat, 'bpf_probe_read_user_str(name, 64, filename);'],
    ['ksyscall/openat', openat, 'if (dfd > 3)\n\t\tname[0] = sizeof(filename[0]);'],
    [
      'kprobe/do_unlinkat',
      'BPF_KPROBE(handle, int dfd, struct filename *file)',
      'bpf_probe_read_kernel(name, 8, file);',
    ],
    [
      'kprobe/do_unlinkat',
      'handle(struct pt_regs *ctx)',
      'bpf_probe_read_kernel(name, 8, (void *)PT_REGS_PARM2(ctx));',
    ],
    [
      'uprobe//bin/bash:f',
      'handle(struct pt_regs *ctx)',
      'bpf_probe_read_user(name, 8, (void *)PT_REGS_PARM2(ctx));',
    ],
  ])('is silent: %s %s %s', async (section, head, statement) => {
    expect(await findingsOf(program(section, head, `\t${statement}`), context)).toEqual([]);
  });

  it('warns of a parameter that the system call does not have', async () => {
    await checkFixture(
      program('ksyscall/close', 'BPF_KSYSCALL(handle, int fd, int flags)', '').replace(
        '\n{',
        '\n//                               ^^^^^^^^^ warning[prog-args]: close has one argument (unsigned int fd)\n{',
      ),
      context,
    );
    expect(await findingsOf(program('ksyscall/close', 'BPF_KSYSCALL(handle, int fd)', ''), context)).toEqual(
      [],
    );
  });
});
