/** Members of the running kernel's structs: clang, with the vmlinux.h of its BTF, and libbpf say which there are. */
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import type { StructLayout, StructMember, TypeIndex } from '#core/btf/types';
import { checkSource } from '#server/check-source';
import { createHeaderStore } from '#server/headers/store';
import { testAnalyzer } from '#support/analyzer';
import { compileBpf, vmlinuxHeader } from '#support/bpf/compile';
import { loadPrograms } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

const head = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";
char out[8];
`;

/** One read of a member, in a program of its own. */
interface Read {
  readonly tag: string;
  readonly member: string;
  /** With the name of the member in place of `NAME`. */
  readonly body: string;
}

const program = ({ tag, body }: Read, n: number, name: string) => `
SEC("raw_tp/sys_enter")
int read_${n}(struct bpf_raw_tracepoint_args *ctx)
{
	struct ${tag} *p = (struct ${tag} *)ctx->args[0];

	${body.replace('NAME', name)}
	return 0;
}
`;

/** Every member of a struct, those of anonymous structs and unions too. */
function membersOf(types: TypeIndex, layout: StructLayout): readonly StructMember[] {
  return layout.members.flatMap((member) => {
    const inner = member.name === '' ? types.layout(member.type) : undefined;
    return inner ? membersOf(types, inner) : member.name === '' ? [] : [member];
  });
}

const pointee = (types: TypeIndex, { type }: StructMember): StructLayout | undefined => {
  const pointer = types.resolve(type);
  const target = types.kind(pointer) === 'ptr' ? types.target(pointer) : undefined;
  const layout = target && types.layout(target);
  return layout?.kind === 'struct' && layout.name !== '' && layout.members.length > 0 ? layout : undefined;
};

const isNamed = (name: string) => /^[a-z_]\w*$/i.test(name) && !/^(?:long|int|char|class|this)$/.test(name);

/** The n-th member of each of many structs, in each form in which programs read members. */
function readsOf(types: TypeIndex, tags: readonly string[]): readonly Read[] {
  return tags.flatMap((tag, n): Read[] => {
    const layout = types.struct(tag);
    const members = layout ? membersOf(types, layout).filter(({ name }) => isNamed(name)) : [];
    const member = members[(n * 7) % Math.max(1, members.length)];
    if (member === undefined) return [];
    if (member.bitSize !== undefined)
      return [{ tag, member: member.name, body: '*(long *)out = BPF_CORE_READ_BITFIELD_PROBED(p, NAME);' }];
    const direct = [
      'bpf_core_read(out, 1, &p->NAME);',
      'bpf_probe_read_kernel(out, 1, &((struct ' + tag + ' *)ctx->args[1])->NAME);',
    ];
    const own: Read = { tag, member: member.name, body: direct[n % 2] ?? '' };
    const inner = pointee(types, member);
    const behind =
      inner && membersOf(types, inner).find(({ name, bitSize }) => isNamed(name) && bitSize === undefined);
    if (!behind) return [own];
    const chains = [
      `bpf_core_read(out, 1, &BPF_CORE_READ(p, ${member.name})->NAME);`,
      `bpf_core_read(out, 1, &p->${member.name}->NAME);`,
      `BPF_CORE_READ_INTO(&out, p, ${member.name}, NAME);`,
    ];
    return [own, { tag, member: behind.name, body: chains[n % 3] ?? '' }];
  });
}

/** With its first two letters that differ exchanged. */
function misspelt(name: string): string {
  const at = name.split('').findIndex((letter, i) => i > 0 && letter !== name[i - 1]);
  return at < 0
    ? `${name}x`
    : name.slice(0, at - 1) + (name[at] ?? '') + (name[at - 1] ?? '') + name.slice(at + 1);
}

async function reported(text: string): Promise<readonly string[]> {
  const [analyzer, kernel] = await Promise.all([testAnalyzer(), liveKernel()]);
  const store = createHeaderStore(analyzer);
  const uri = pathToFileURL(join(dirname(await vmlinuxHeader()), 'program.bpf.c')).href;
  const findings = await checkSource(text, {
    ...{ analyzer, kernel, uri },
    headers: (document, includes) => store.load(document, includes, []),
  });
  return findings
    .filter(({ code }) => code === 'unknown-field')
    .map(({ span }) => `${text.slice(0, span.start).split('\n').length} ${text.slice(span.start, span.end)}`);
}

/** Line and name of every member that clang does not find. */
async function refusedByClang(text: string): Promise<readonly string[]> {
  const messages = await compileBpf(text, { flags: ['-ferror-limit=0', '-w'] }).then(
    () => '',
    (error: unknown) => String(error),
  );
  const found = [...messages.matchAll(/program\.bpf\.c:(\d+):\d+: error: no member named '(\w+)'/g)];
  return [...new Set(found.map(([, line, name]) => `${line} ${name}`))];
}

describeUnless(requireKernel(), 'unknown-field', () => {
  test('a member that clang finds is not reported, one that it does not find is', async () => {
    const { types } = (await liveKernel()).index;
    const all = types.structNames().filter((tag) => !/^(?:trace_event_raw_|syscall_trace_)|___/.test(tag));
    const tags = all.filter((_, n) => n % 12 === 0);
    const candidates = readsOf(types, tags);
    const right = head + candidates.map((read, n) => program(read, n, read.member)).join('');
    const unclear = new Set((await refusedByClang(right)).map((one) => one.split(' ')[1]));
    expect([...unclear], 'members of types that vmlinux.h has under another name').toEqual([]);
    expect(await reported(right)).toEqual([]);

    const wrong = head + candidates.map((read, n) => program(read, n, misspelt(read.member))).join('');
    const refused = await refusedByClang(wrong);
    expect(await reported(wrong)).toEqual(refused);
    // Of some, the letters make a name that the struct has too.
    expect(candidates.length).toBeGreaterThan(700);
    expect(refused.length).toBeGreaterThan(candidates.length - 20);
  });

  test('a member that only the program declares is reported, and libbpf cannot relocate it', async () => {
    const tags = ['task_struct', 'file', 'sock', 'cred', 'inode', 'dentry', 'mm_struct', 'net_device'];
    const reads = [
      'bpf_core_read(out, 1, &p->no_such);',
      '*(int *)out = BPF_CORE_READ(p, no_such);',
      'BPF_CORE_READ_INTO(&out, p, no_such);',
    ];
    const own = (tag: string) =>
      `struct ${tag} {\n\tint no_such;\n} __attribute__((preserve_access_index));\n`;
    const guarded = reads.map((read) => `if (bpf_core_field_exists(p->no_such))\n\t\t${read}`);
    const candidates = tags.flatMap((tag) =>
      [...reads, ...guarded].map((body) => ({ tag, member: '', body })),
    );
    const text =
      head.replace('#include "vmlinux.h"', '#include <linux/bpf.h>') +
      tags.map(own).join('') +
      candidates.map((read, n) => program(read, n, '')).join('');
    const { path } = await compileBpf(text);
    const verdicts = await loadPrograms(path, { attach: false });
    expect(verdicts.map(({ load }) => load === 'ok')).toEqual(
      candidates.map(({ body }) => body.startsWith('if')),
    );
    expect(await reported(text)).toHaveLength(tags.length * reads.length);
  });
});
