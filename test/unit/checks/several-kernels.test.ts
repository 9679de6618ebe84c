/** Every event and every field of the five bundled kernels, judged by all five at once: the kernels named are those without it. */
import { describe, expect, it } from 'vitest';
import type { StructLayout, TypeIndex } from '#core/btf/types';
import { memberPath, syscallSide } from '#core/kernel/fields';
import type { EventName, FormatField, KernelIndex } from '#core/kernel/model';
import { createKernelView, hasEvent } from '#server/session/kernel-view';
import type { KernelView } from '#server/view';
import { testAnalyzer } from '#support/analyzer';
import { bundledKernel, bundledKernelIds, type BundledId } from '#support/bundled';
import { findingsOf } from '#support/check-fixture';

const analyzer = await testAnalyzer();
const kernels: ReadonlyMap<BundledId, KernelView> = new Map(
  await Promise.all(
    bundledKernelIds.map(
      async (id) => [id, createKernelView(await bundledKernel(id), { chosen: true })] as const,
    ),
  ),
);

/** One as the target, the rest beside it. */
function targetOf(id: BundledId): KernelView {
  const others = [...kernels].flatMap(([other, view]) => (other === id ? [] : [view]));
  const target = kernels.get(id);
  if (target === undefined) throw new Error(id);
  return createKernelView(target.index, { chosen: true, others });
}

const nameOf = ({ category, name }: EventName) => `${category}/${name}`;
const eventsOf = (index: KernelIndex) => new Set(index.events.map(nameOf));

/** What is said of programs that go into files together: for each, code and kernels of each finding. */
async function said(programs: readonly string[], kernel: KernelView): Promise<readonly string[][]> {
  const results: string[][] = [];
  for (let from = 0; from < programs.length; from += 200) {
    const some = programs.slice(from, from + 200).map((text, n) => text.replace('NAME', `f${n}`));
    const findings = await findingsOf(some.join(''), { analyzer, kernel });
    let start = 0;
    for (const text of some) {
      const end = start + text.length;
      const own = findings.filter(({ span }) => span.start >= start && span.start < end);
      results.push(own.flatMap(({ holdsOn = [] }) => holdsOn).sort());
      start = end;
    }
  }
  return results;
}

it.each(bundledKernelIds)('names the kernels without an event, for every event: target %s', async (id) => {
  const known = [...kernels].map(([label, { index }]) => ({ label, events: eventsOf(index) }));
  const all = [...new Set(known.flatMap(({ events }) => [...events]))].sort();
  const programs = all.map((event) => `SEC("tp/${event}")\nint NAME(void *ctx) { return 0; }\n`);
  const found = await said(programs, targetOf(id));
  const wrong = all.flatMap((event, i) => {
    const without = known.flatMap(({ label, events }) => (events.has(event) ? [] : [label]));
    return found[i]?.join() === without.sort().join() ? [] : [`${event}: ${found[i]?.join()}`];
  });
  expect(wrong).toEqual([]);
  expect(all).toHaveLength(2580);
  expect(found.filter((labels) => labels.length > 0)).toHaveLength(1565);
});

/** A read of a member by the name of its struct, as libbpf relocates it. */
interface FieldRead {
  readonly event: EventName;
  readonly tag: string;
  readonly member: string;
}

/** Of events that several kernels have: each once, with the first kernel that has it. */
function fieldReads(): ReadonlyMap<BundledId, readonly FieldRead[]> {
  const seen = new Set<string>();
  return new Map(
    Array.from(kernels, ([id, kernel]) => {
      const reads = kernel.index.events.flatMap((event): FieldRead[] => {
        const format = kernel.index.format(event.category, event.name);
        const tag = format && kernel.ctxStruct(format)?.name;
        if (format === undefined || tag === undefined || syscallSide(format) !== undefined) return [];
        if (
          [...kernels.values()].filter((other) => hasEvent(other.index, event.category, event.name)).length <
          2
        )
          return [];
        return format.fields.flatMap((field) => {
          const read = { event, tag, member: memberPath(format, field) };
          const key = JSON.stringify(read);
          if (seen.has(key)) return [];
          seen.add(key);
          return [read];
        });
      });
      return [id, reads] as const;
    }),
  );
}

/** Whether the kernel has the event, and the member where the record has a field of its name. */
function isRight({ index }: KernelView, target: KernelView, { event, tag, member }: FieldRead): boolean {
  const format = hasEvent(index, event.category, event.name)
    ? index.format(event.category, event.name)
    : undefined;
  const there = memberOf(index.types.struct(tag), member);
  const own = memberOf(target.index.types.struct(tag), member);
  const field = format?.fields.find(({ memberName }) => memberName === member);
  const isSameEnum = enumOf(index.types, there) === enumOf(target.index.types, own);
  return there !== undefined && field !== undefined && isAt(field, there) && isSameEnum;
}

const memberOf = (layout: StructLayout | undefined, name: string) =>
  layout?.members.find((member) => member.name === name);

/** libbpf tells enums from numbers, and by their names from each other. */
function enumOf(types: TypeIndex, member: ReturnType<typeof memberOf>): string | undefined {
  const type = member && types.resolve(member.type);
  return type !== undefined && types.kind(type) === 'enum' ? types.name(type) : undefined;
}

const isAt = (field: FormatField, { bitOffset, size }: NonNullable<ReturnType<typeof memberOf>>) =>
  field.offset * 8 === bitOffset && field.size === size;

describe('names the kernels without a field, for every field', () => {
  /** Reads, and those that are not right on all kernels. */
  const counts: Readonly<Record<BundledId, readonly [number, number]>> = {
    '5.10-debian-amd64': [2858, 796],
    '6.1-debian-amd64': [469, 469],
    '6.1-debian-arm64': [51, 51],
    '6.12-debian-amd64': [562, 562],
    '6.18-microvm-amd64': [81, 81],
  };

  it.each(bundledKernelIds)('that %s is the first to have', async (id) => {
    const reads = fieldReads().get(id) ?? [];
    const target = targetOf(id);
    const programs = reads.map(
      ({ event, tag, member }) =>
        `SEC("tp/${nameOf(event)}")\nint NAME(struct ${tag} *ctx) { return (long)ctx->${member}; }\n`,
    );
    const found = await said(programs, target);
    const wrong = reads.flatMap((read, i) => {
      const without = [...kernels].flatMap(([label, kernel]) =>
        isRight(kernel, target, read) ? [] : [label],
      );
      const labels = found[i]?.join();
      return labels === without.sort().join()
        ? []
        : [`${nameOf(read.event)} ${read.tag} ${read.member}: ${labels} not ${without.join()}`];
    });
    expect(wrong).toEqual([]);
    expect([reads.length, found.filter((labels) => labels.length > 0).length]).toEqual(counts[id]);
  });
});
