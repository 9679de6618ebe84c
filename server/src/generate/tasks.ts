/** What was asked for, looked up in the target kernel: one task a program, or two programs for a pair. */
import { fieldFacts, syscallSide } from '#core/kernel/fields';
import type { FormatField, TracepointFormat } from '#core/kernel/model';
import { nearest } from '#core/text/nearest';
import { hasEvent } from '../session/kernel-view';
import type { Generated, GenerateOptions, GenerateTarget } from './model';

export type Task =
  | { readonly kind: 'single'; readonly format: TracepointFormat; readonly fields: readonly FormatField[] }
  | {
      readonly kind: 'pair';
      readonly enter: TracepointFormat;
      readonly exit: TracepointFormat;
      /** Of `enter`. */
      readonly fields: readonly FormatField[];
    };

type Wanted = GenerateOptions['events'][number];

/** In the order of the options, each event or pair once. */
export function tasksOf(options: GenerateOptions, target: GenerateTarget): Generated<readonly Task[]> {
  const tasks = new Map<string, Task>();
  for (const wanted of options.events) {
    const task = options.pair === true ? pairOf(wanted, target) : singleOf(wanted, target);
    if (!task.ok) return task;
    const { kind } = task.value;
    const format = kind === 'pair' ? task.value.enter : task.value.format;
    const key = `${format.category}:${format.name}`;
    if (!tasks.has(key)) tasks.set(key, task.value);
  }
  const found = [...tasks.values()];
  if (options.filter?.failed === true) {
    const without = found.find((task) => task.kind === 'single' && syscallSide(task.format) !== 'exit');
    if (without?.kind === 'single')
      return failure(
        `${nameOf(without.format)} has no return value to filter by; take the pair of a system call, or its sys_exit event.`,
      );
  }
  return { ok: true, value: found };
}

function singleOf(wanted: Wanted, target: GenerateTarget): Generated<Task> {
  const format = formatOf(wanted, target);
  if (!format.ok) return format;
  const fields = fieldsOf(format.value, wanted.fields);
  return fields.ok
    ? { ok: true, value: { kind: 'single', format: format.value, fields: fields.value } }
    : fields;
}

/** System calls that do not come back to where they were called: their exit is never seen. */
const neverReturns = /^(?:exit|exit_group|rt_sigreturn|sigreturn)$/;

function pairOf(wanted: Wanted, target: GenerateTarget): Generated<Task> {
  const [, side, call] = /^sys_(enter|exit)_(\w+)$/.exec(wanted.name) ?? [];
  if (wanted.category !== 'syscalls' || side === undefined || call === undefined)
    return failure(
      `${nameOf(wanted)} is no system call, and only those have an enter and an exit event to pair.`,
    );
  if (neverReturns.test(call))
    return failure(`${call} does not return to its caller: there is no exit event to pair with.`);
  const enter = formatOf({ category: 'syscalls', name: `sys_enter_${call}` }, target);
  if (!enter.ok) return enter;
  const exit = formatOf({ category: 'syscalls', name: `sys_exit_${call}` }, target);
  if (!exit.ok) return exit;
  // The return value is always there; asked for by the exit event's fields, it says nothing about the arguments.
  const ofExit = new Set(exit.value.fields.map(({ name }) => name));
  const ofEnter = new Set(enter.value.fields.map(({ name }) => name));
  const named = wanted.fields?.filter((name) => ofEnter.has(name) || !ofExit.has(name));
  const names = side === 'exit' && named?.length === 0 ? undefined : named;
  const fields = fieldsOf(enter.value, names);
  return fields.ok
    ? { ok: true, value: { kind: 'pair', enter: enter.value, exit: exit.value, fields: fields.value } }
    : fields;
}

function formatOf(
  event: { category: string; name: string },
  { kernel }: GenerateTarget,
): Generated<TracepointFormat> {
  const { index } = kernel;
  const { release, machine } = index.provenance;
  const format = index.format(event.category, event.name);
  if (format !== undefined) return { ok: true, value: format };
  if (hasEvent(index, event.category, event.name))
    return failure(`${nameOf(event)} has no format on ${release} (${machine}) that could be read.`);
  const near = nearest(
    nameOf(event),
    index.events.map((known) => nameOf(known)),
  );
  const hint = near.length > 0 ? `; did you mean ${near.join(' or ')}?` : '.';
  const elsewhere = kernel.elsewhere(event.category, event.name);
  const others = elsewhere.length > 0 ? ` It is there on ${elsewhere.join(', ')}.` : '';
  return failure(`${release} (${machine}) has no event ${nameOf(event)}${hint}${others}`);
}

/** The fields asked for, in the order of the format; all that are worth having where none are named. */
function fieldsOf(
  format: TracepointFormat,
  names: readonly string[] | undefined,
): Generated<readonly FormatField[]> {
  // A name that occurs twice names the first.
  const first = format.fields.filter(
    (field, i) => format.fields.findIndex(({ name }) => name === field.name) === i,
  );
  if (names === undefined) return { ok: true, value: first.filter((field) => isWorthHaving(format, field)) };
  const unknown = names.find((name) => !first.some((field) => field.name === name));
  if (unknown !== undefined) {
    const near = nearest(
      unknown,
      first.map(({ name }) => name),
    );
    const hint = near.length > 0 ? `; did you mean ${near.join(' or ')}?` : '.';
    return failure(`${nameOf(format)} has no field ${unknown}${hint}`);
  }
  return { ok: true, value: first.filter(({ name }) => names.includes(name)) };
}

/** What a handler takes of an event unless told otherwise: no padding, and no number of the system call. */
export function isWorthHaving(format: TracepointFormat, field: FormatField): boolean {
  const { readable, path } = fieldFacts(format, field);
  if (!readable || /^_*(?:pad|padding|unused)\d*$/.test(field.name)) return false;
  return syscallSide(format) === undefined || path !== 'id';
}

export function nameOf({ category, name }: { readonly category: string; readonly name: string }): string {
  return `${category}:${name}`;
}

export function failure(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}
