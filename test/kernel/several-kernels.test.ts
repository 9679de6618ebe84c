/**
 * What the checks say of one kernel, judged from another: libbpf relocates the program for it, and this kernel's verifier
 * refuses what libbpf could not find. And the fix: what is refused loads with it. The compiled objects are judged, too.
 */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readBpfObject } from '#core/elf/bpf-object';
import { fieldFacts } from '#core/kernel/fields';
import type { EventName, FormatField, KernelIndex, TracepointFormat } from '#core/kernel/model';
import { judgeObject } from '#core/object/verdict';
import type { Finding } from '#server/checks/check';
import { createKernelView, hasEvent } from '#server/session/kernel-view';
import type { KernelView } from '#server/view';
import { testAnalyzer } from '#support/analyzer';
import { bundledKernel, bundledKernelIds } from '#support/bundled';
import { compileBpf } from '#support/bpf/compile';
import { loadPrograms } from '#support/bpf/loader';
import { bundledHeader, loadAsOn } from '#support/bpf/other-kernels';
import { requireKernel } from '#support/bpf/requirements';
import { findingsOf } from '#support/check-fixture';
import { inParallel } from '#support/in-parallel';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

const head = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
char LICENSE[] SEC("license") = "GPL";
`;

/** The struct as the older kernel has it, as far as the program goes; libbpf wants members of the same kind. */
function structText(tag: string, kernel: KernelIndex, { memberName, size, signed }: FormatField): string {
  const member = kernel.types
    .struct(tag.replace(/___.*$/, ''))
    ?.members.find(({ name }) => name === memberName);
  const kind = member && kernel.types.kind(kernel.types.resolve(member.type));
  const word = `${signed ? 'signed' : 'unsigned'} ${{ 1: 'char', 2: 'short', 4: 'int', 8: 'long' }[size] ?? ''}`;
  const texts: Readonly<Record<string, string>> = {
    int: `${word} ${memberName}`,
    ptr: `void *${memberName}`,
    array: `char ${memberName}[${size}]`,
  };
  const text = kind && texts[kind];
  return text === undefined ? '' : `struct ${tag} {\n\t${text};\n} __attribute__((preserve_access_index));\n`;
}

/** Reads in the ways that there are: by a load and by CO-RE's copy; of bytes in the record, through a helper. */
function bodies(format: TracepointFormat, field: FormatField): readonly string[] {
  const { value } = fieldFacts(format, field);
  const member = field.memberName;
  if (value === 'array' || value === 'struct')
    return [
      `char text[16] = {};\n\tbpf_probe_read_kernel(text, sizeof(text), ctx->${member});\n\tbpf_printk("%s", text);\n\treturn 0;`,
    ];
  const cast = value.endsWith('pointer') ? '(long)' : '';
  return [
    `return ${cast}ctx->${member} != 5;`,
    `long seen = ${cast}ctx->${member};\n\tbpf_printk("%ld", seen);\n\treturn 0;`,
    `long seen = 0;\n\tseen = (long)BPF_CORE_READ(ctx, ${member});\n\tbpf_printk("%ld", seen);\n\treturn 0;`,
  ];
}

const guards = (finding: Finding) =>
  finding.fixes.filter(({ title }) => / only where the kernel has (?:it|them)$/.test(title));

describeUnless(requireKernel(), 'fields that this kernel lacks', () => {
  test('are refused without the fix, and load with it', async () => {
    const [analyzer, live] = await Promise.all([testAnalyzer(), liveKernel()]);
    const seen = new Set<string>();
    const before: string[] = [];
    const after: string[] = [];
    for (const id of bundledKernelIds) {
      const old = createKernelView(await bundledKernel(id), { chosen: true, others: [live] });
      for (const { category, name } of old.index.events) {
        const format = old.index.format(category, name);
        const tag = format && old.ctxStruct(format)?.name;
        if (format === undefined || tag === undefined || !hasEvent(live.index, category, name)) continue;
        const layout = live.index.types.struct(tag);
        for (const field of format.fields) {
          const key = `${tag} ${field.memberName} ${name}`;
          if (layout?.members.some((member) => member.name === field.memberName)) continue;
          if (category === 'syscalls' || seen.has(key)) continue;
          seen.add(key);
          if (structText(tag, old.index, field) === '') continue;
          for (const body of bodies(format, field)) {
            const fn = `f${before.length}`;
            const struct = `${tag}___${fn}`;
            const program = `${structText(struct, old.index, field)}SEC("tp/${category}/${name}")\nint ${fn}(struct ${struct} *ctx)\n{\n\t${body}\n}\n`;
            const findings = await findingsOf(head + program, { analyzer, kernel: old });
            expect(
              findings.map(({ holdsOn, severity }) => [severity, holdsOn]),
              program,
            ).toEqual([['warning', [live.label]]]);
            const [fix] = findings.flatMap(guards);
            expect(fix, program).toBeDefined();
            const fixed = [...(fix?.edits ?? [])]
              .sort((a, b) => b.span.start - a.span.start)
              .reduce(
                (text, { span, newText }) => text.slice(0, span.start) + newText + text.slice(span.end),
                head + program,
              );
            expect(await findingsOf(fixed, { analyzer, kernel: old }), fixed).toEqual([]);
            before.push(program);
            after.push(fixed.slice(head.length));
          }
        }
      }
    }
    const load = async (programs: readonly string[]) => {
      const { path } = await compileBpf(head + programs.join(''), { flags: ['-w'] });
      return (await loadPrograms(path, { attach: false })).map((verdict) => verdict.load === 'ok');
    };
    const [refused, loaded] = [await load(before), await load(after)];
    expect(refused).toHaveLength(before.length);
    expect(before.filter((_, i) => refused[i])).toEqual([]);
    expect(after.filter((_, i) => !loaded[i])).toEqual([]);
    expect(before.length).toBeGreaterThan(400);
  });
});

/** A program's reads of one field, by the event's own struct. */
function readOf(kernel: KernelView, format: TracepointFormat, field: FormatField, fn: string): string {
  const { value } = fieldFacts(format, field);
  const tag = kernel.ctxStruct(format)?.name ?? '';
  const body =
    value === 'array' || value === 'struct'
      ? `char first = 0;\n\tbpf_probe_read_kernel(&first, 1, &ctx->${field.memberName});\n\treturn first;`
      : `return (long)ctx->${field.memberName};`;
  return `SEC("tp/${format.category}/${format.name}")\nint ${fn}(struct ${tag} *ctx)\n{\n\t${body}\n}\n`;
}

interface FieldRead {
  readonly event: EventName;
  readonly text: string;
}

/** Every field of the events that the other kernel has too. */
function sharedReads(kernel: KernelView, other: KernelIndex): readonly FieldRead[] {
  const shared = kernel.index.events.filter(
    ({ category, name }) => category !== 'syscalls' && hasEvent(other, category, name),
  );
  return shared.flatMap((event) => {
    const format = kernel.index.format(event.category, event.name);
    if (format === undefined || kernel.ctxStruct(format) === undefined) return [];
    return format.fields.map((field, n) => ({
      event,
      text: readOf(kernel, format, field, `${event.category}_${event.name}_${n}`.replaceAll('-', '_')),
    }));
  });
}

/** Programs in one object: clang needs more than twice as long for twice as many. */
const batchSize = 250;

describeUnless(requireKernel(), 'fields on other kernels', () => {
  /** Reads of fields of the first by programs for both, and how many of them the second refuses. */
  const pairs = [
    ['6.12-debian-amd64', '5.10-debian-amd64', 2864, 218],
    ['5.10-debian-amd64', '6.12-debian-amd64', 2803, 148],
    ['6.12-debian-amd64', '6.18-microvm-amd64', 3321, 37],
  ] as const;

  test.each(pairs)('%s, judged for %s', async (id, otherId, count, refusals) => {
    const analyzer = await testAnalyzer();
    const other = createKernelView(await bundledKernel(otherId), { chosen: true });
    const kernel = createKernelView(await bundledKernel(id), { chosen: true, others: [other] });
    const compiledFor = { header: await bundledHeader(id) };
    const reads = sharedReads(kernel, other.index);
    const starts = Array.from({ length: Math.ceil(reads.length / batchSize) }, (_, n) => n * batchSize);
    const judged = await inParallel(starts, async (start) => {
      const some = reads.slice(start, start + batchSize).map(({ text }) => text);
      const findings = await findingsOf(head + some.join(''), { analyzer, kernel });
      const { path } = await compileBpf(head + some.join(''), { kernel: compiledFor, flags: ['-w'] });
      const verdicts = await loadAsOn(otherId, path);
      expect(verdicts).toHaveLength(some.length);
      const types = { btf: other.index.types.btf, hasAllModules: true };
      const own = judgeObject(readBpfObject(await readFile(path)).value, types).programs;
      expect(own.map(({ program, loads }) => [program.name, loads]).sort()).toEqual(
        verdicts.map(({ program, load }) => [program, load === 'ok' ? 'yes' : 'no']).sort(),
      );
      let at = head.length;
      return some.map((text, n) => {
        const own = findings.filter(({ span }) => span.start >= at && span.start < at + text.length);
        at += text.length;
        expect(own.map(({ holdsOn }) => holdsOn).filter((on) => on?.join() !== otherId)).toEqual([]);
        const isReported = own.some(
          ({ code, message }) => code === 'ctx-unknown-field' || message.includes('does not load'),
        );
        return { text, isReported, isRefused: verdicts[n]?.load !== 'ok' };
      });
    });
    const all = judged.flat();
    expect(all.filter(({ isReported, isRefused }) => isReported !== isRefused)).toEqual([]);
    expect([all.length, all.filter(({ isRefused }) => isRefused).length]).toEqual([count, refusals]);
  });
});
