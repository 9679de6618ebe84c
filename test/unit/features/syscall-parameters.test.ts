import { describe, expect, it } from 'vitest';
import { complete } from '#server/features/completion/index';
import { hover } from '#server/features/hover';
import { applyItem, featureView } from '#support/feature-view';
import { fixtureContext } from '../checks/context';

const context = await fixtureContext('6.1-debian-amd64');
const all = 'int dfd, const char *filename, int flags, umode_t mode';

function completions(source: string): { text: string; labels: readonly string[] } {
  const { view, cursors } = featureView(source, context);
  const { items } = complete(view, cursors[0] ?? -1);
  const last = items.at(-1);
  return { text: last ? applyItem(view.text, last) : '', labels: items.map(({ label }) => label) };
}

function hoverAt(source: string): string | undefined {
  const { view, cursors } = featureView(source, context);
  return hover(view, cursors[0] ?? -1)?.markdown;
}

describe('BPF_KSYSCALL', () => {
  it('has the arguments of the system call as parameters', () => {
    for (const [section, macro] of [
      ['ksyscall/openat', 'BPF_KSYSCALL'],
      ['kprobe/__x64_sys_openat', 'BPF_KPROBE_SYSCALL'],
    ]) {
      const { text, labels } = completions(`SEC("${section}")\nint ${macro}(f, /*|*/)\n{\n\treturn 0;\n}\n`);
      expect(labels).toEqual(['int dfd', all]);
      expect(text).toContain(`${macro}(f, ${all}|)`);
    }
    const next = completions(
      'SEC("ksyscall/openat")\nint BPF_KSYSCALL(f, int dfd, /*|*/)\n{\n\treturn 0;\n}\n',
    );
    expect(next.labels[0]).toBe('const char *filename');
  });

  it('is completed as a whole behind its section', () => {
    const { labels } = completions('SEC("ksyscall/openat")\n/*|*/');
    expect(labels).toContain(`int BPF_KSYSCALL(ksyscall__openat, ${all})`);
  });

  it('is explained on its section and on each parameter', () => {
    const source = (cursor: string) =>
      `SEC("ksyscall/${cursor}openat")\nint BPF_KSYSCALL(f, int dfd, const char *path)\n{\n\treturn 0;\n}\n`;
    expect(hoverAt(source('/*|*/'))).toContain(`int BPF_KSYSCALL(name, ${all})`);
    const parameter = hoverAt(source('').replace('*path', '*pa/*|*/th'));
    expect(parameter).toContain('const char *filename');
    expect(parameter).toContain('Argument 2 of the system call openat — user-space pointer to a string');
    expect(parameter).toContain('bpf_probe_read_user_str()');
  });
});
