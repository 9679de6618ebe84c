/** What the wizard has been told, what of it applies, and the request that it makes. No UI. */
import type { EventName } from '#core/kernel/model';
import type { Delivery, GenerateOptions, ProcessFact } from '#core/messages/generate-handler';
import type { TracepointDescription } from '#core/messages/tracepoint';

export type ChosenEvent = Pick<TracepointDescription, 'category' | 'name' | 'fields'>;

export interface Filter {
  readonly pid?: number;
  readonly comm?: string;
  readonly failed?: boolean;
}

export interface Answers {
  readonly events: readonly ChosenEvent[];
  /** Names of the chosen fields by `eventKey`; an event that is missing has all that are worth having. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
  readonly delivery: Delivery;
  readonly pair: boolean;
  readonly process: readonly ProcessFact[];
  readonly filter: Filter;
  readonly loader: 'none' | 'c' | 'go';
}

export const eventKey = ({ category, name }: EventName): string => `${category}/${name}`;

/** Only an enter and an exit make a pair, so it is offered where every event is one, of a call that comes back. */
export function canPair({ events }: Answers): boolean {
  return events.every(
    ({ category, name }) =>
      category === 'syscalls' && /^sys_(?:enter|exit)_(?!(?:exit|exit_group|(?:rt_)?sigreturn)$)/.test(name),
  );
}

/** A return value is there at the exit. */
export function hasReturnValue(answers: Answers): boolean {
  const { events, pair } = answers;
  return (pair && canPair(answers)) || events.every(isSyscallExit);
}

const isSyscallExit = ({ category, name }: EventName): boolean =>
  category === 'syscalls' && name.startsWith('sys_exit_');

/** Answers that no longer apply (a pair of what is no syscall any more) are left out. */
export function toOptions(answers: Answers): GenerateOptions {
  const { events, fields, delivery, process, loader } = answers;
  const filter = applyingFilter(answers);
  return {
    events: events.map((event) => {
      const { category, name } = event;
      const chosen = fields[eventKey(event)];
      return { category, name, ...(chosen && { fields: [...chosen] }) };
    }),
    delivery,
    ...(answers.pair && canPair(answers) && { pair: true }),
    ...(process.length > 0 && { process: [...process] }),
    ...(Object.keys(filter).length > 0 && { filter }),
    ...(loader !== 'none' && { loader }),
  };
}

function applyingFilter(answers: Answers): Filter {
  const { failed, ...rest } = answers.filter;
  return { ...rest, ...(failed === true && hasReturnValue(answers) && { failed }) };
}
