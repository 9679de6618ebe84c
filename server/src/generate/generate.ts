/**
 * Complete handlers for events of a kernel: what was asked for as one program, in pieces and as text. Pure.
 */
import type { Delivery } from '#core/messages/generate-handler';
import { Existing } from './existing';
import { includesFor, licenseFor } from './prelude';
import type { Generated, GeneratedProgram, GenerateOptions, GenerateTarget, Part } from './model';
import { identifier, subjectOf } from './names';
import { kernelStyle, styled } from './style';
import { failure, tasksOf } from './tasks';
import { isOlder } from './release';
import { pairPrograms } from './pair';
import { singleProgram } from './single';
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
  const workshop = new Workshop({ options, target, delivery, existing });
  for (const task of tasks.value) {
    if (task.kind === 'pair') pairPrograms(task, workshop);
    else singleProgram(task, workshop);
  }
  const license = licenseFor(existing);
  const body = [...license.parts, ...workshop.parts];
  const includes = includesFor(body, target, existing);
  const parts = [...includes, ...body];
  return {
    ok: true,
    value: {
      baseName: baseNameOf(first.name),
      delivery,
      records: workshop.records,
      functions: workshop.functions,
      ...(workshop.droppedCounter !== undefined && { droppedCounter: workshop.droppedCounter }),
      parts,
      text: `${styled(joined(parts), kernelStyle)}\n`,
      notes: [...workshop.notes, ...license.notes, ...deliveryNotes(delivery, target)],
    },
  };
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

/** Parts of one kind that are one line each stand together; all others have an empty line between them. */
export function joined(parts: readonly Part[]): string {
  let text = '';
  parts.forEach((part, i) => {
    const before = parts[i - 1];
    const together = before?.kind === part.kind && (part.kind === 'include' || part.kind === 'global');
    text += before === undefined ? part.text : `${together ? '\n' : '\n\n'}${part.text}`;
  });
  return text;
}
