/**
 * Complete handlers for events of a kernel: what was asked for as one program, in pieces and as text. Pure.
 */
import type { Delivery } from '#core/messages/generate-handler';
import { Existing } from './existing';
import { includesFor, licenseFor } from './prelude';
import type { Generated, GeneratedProgram, GenerateOptions, GenerateTarget, Part } from './model';
import { identifier, subjectOf } from './names';
import { joined } from './parts';
import { kernelStyle, styled } from './style';
import { failure, tasksOf } from './tasks';
import { isOlder } from './release';
import { pairPrograms } from './pair';
import { singleProgram } from './single';
import { typeSourceOf } from './type-source';
import { Workshop } from './workshop';

export function generate(options: GenerateOptions, target: GenerateTarget): Generated<GeneratedProgram> {
  const comm = options.filter?.comm;
  if (comm !== undefined && new TextEncoder().encode(comm).length > 15)
    return failure(`A task's name has at most 15 bytes; the kernel cuts ${comm} off behind them.`);
  const tasks = tasksOf(options, target);
  if (!tasks.ok) return tasks;
  const [first] = options.events;
  if (first === undefined) return failure('No event was asked for.');

  const delivery = options.delivery ?? defaultDelivery(target);
  const existing = new Existing(target.file);
  const types = typeSourceOf(target);
  const workshop = new Workshop({ options, target, delivery, existing, types });
  for (const task of tasks.value) {
    if (task.kind === 'pair') pairPrograms(task, workshop);
    else singleProgram(task, workshop);
  }
  const baseName = target.baseName ?? baseNameOf(first.name);
  const license = licenseFor(existing);
  const shared = sharedHeader(baseName, options, target, workshop);
  const own =
    shared === undefined ? workshop.parts : workshop.parts.filter((part) => !shared.parts.includes(part));
  const body = [...license.parts, ...own];
  const includes = includesFor(body, types, existing);
  const parts = [...includes, ...(shared === undefined ? [] : [shared.include]), ...body];
  return {
    ok: true,
    value: {
      ...{ baseName, delivery, parts, records: workshop.records, functions: workshop.functions },
      ...(workshop.droppedCounter !== undefined && { droppedCounter: workshop.droppedCounter }),
      text: `${options.loader === 'go' ? goConstraint : ''}${styled(joined(parts), kernelStyle)}\n`,
      ...(shared !== undefined && { header: shared.header }),
      notes: [...workshop.notes, ...license.notes, ...deliveryNotes(delivery, target)],
    },
  };
}

/** Go takes every .c file of a package's folder for a part of it, unless it says that it is none. */
const goConstraint = '//go:build ignore\n\n';

/** The records in a header, for a new program and its loader in C to have in common. */
function sharedHeader(
  baseName: string,
  { loader }: GenerateOptions,
  { file }: GenerateTarget,
  workshop: Workshop,
) {
  const parts = workshop.parts.filter(
    ({ kind, name }) => kind === 'struct' && workshop.records.some((record) => record.name === name),
  );
  if (loader !== 'c' || file !== undefined || parts.length === 0) return undefined;
  const name = `${baseName}.h`;
  const guard = `__${identifier(baseName).toUpperCase()}_H`;
  const text = `#ifndef ${guard}\n#define ${guard}\n\n${styled(joined(parts))}\n\n#endif /* ${guard} */\n`;
  const include: Part = { kind: 'include', name, text: `#include "${name}"` };
  return { parts, include, header: { name, text } };
}

function baseNameOf(event: string): string {
  return subjectOf(identifier(event)).replace(/_exit$/, '');
}

/** The ring buffer came with Linux 5.8. */
function defaultDelivery({ kernel }: GenerateTarget): Delivery {
  return [kernel, ...kernel.others].some(({ index }) => isOlder(index.provenance.release, 5, 8))
    ? 'perfbuf'
    : 'ringbuf';
}

function deliveryNotes(delivery: Delivery, { kernel }: GenerateTarget): readonly string[] {
  if (delivery !== 'ringbuf') return [];
  const old = [kernel, ...kernel.others].filter(({ index }) => isOlder(index.provenance.release, 5, 8));
  return old.map(({ index }) => `${index.provenance.release} has no ring buffer: it came with Linux 5.8.`);
}
