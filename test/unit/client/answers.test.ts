import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { GenerateOptions } from '#core/messages/generate-handler';
import { canPair, hasReturnValue, toOptions, type Answers } from '#client/wizard/answers';
import { recall, remember, type Store } from '#client/wizard/memory';
import { defaultDelivery } from '#client/wizard/steps/delivery';

const event = (path: string) => {
  const [category = '', name = ''] = path.split('/');
  return { category, name, fields: [] };
};

const answers = (events: readonly string[], rest: Partial<Answers> = {}): Answers => ({
  events: events.map(event),
  ...{ fields: {}, delivery: 'ringbuf', pair: false, process: [], filter: {}, loader: 'none' },
  ...rest,
});

const openat = 'syscalls/sys_enter_openat';
const closed = 'syscalls/sys_exit_close';
const sched = 'sched/sched_switch';

describe('a pair', () => {
  it.each([
    [true, [openat]],
    [true, [openat, closed]],
    [false, [openat, sched]],
    [false, ['raw_syscalls/sys_enter']],
    [false, ['syscalls/sys_enter_exit_group']],
    [true, ['syscalls/sys_enter_exit_something']],
  ])('is %s for %j', (expected, events) => {
    expect(canPair(answers(events))).toBe(expected);
  });
});

describe('a return value', () => {
  it.each([
    ['the exit', true, answers([closed])],
    ['a pair', true, answers([openat], { pair: true })],
    ['an entry alone', false, answers([openat])],
    ['an entry and an exit', false, answers([openat, closed])],
    ['a pair that no longer can be one', false, answers([openat, sched], { pair: true })],
  ])('of %s: %s', (_, expected, given) => {
    expect(hasReturnValue(given)).toBe(expected);
  });
});

describe('toOptions', () => {
  it('makes a request that the server accepts', () => {
    const options = toOptions(
      answers([openat], {
        fields: { [openat]: ['filename'] },
        ...{ pair: true, process: ['pid', 'comm'], filter: { pid: 7, failed: true }, loader: 'go' },
      }),
    );
    expect(options).toEqual({
      events: [{ category: 'syscalls', name: 'sys_enter_openat', fields: ['filename'] }],
      ...{ delivery: 'ringbuf', pair: true, process: ['pid', 'comm'], loader: 'go' },
      filter: { pid: 7, failed: true },
    });
    expect(v.parse(GenerateOptions, options)).toEqual(options);
  });

  it('leaves out what was not chosen', () => {
    const options = { events: [{ category: 'sched', name: 'sched_switch' }], delivery: 'printk' };
    expect(toOptions(answers([sched], { delivery: 'printk' }))).toEqual(options);
  });

  it('leaves out answers that a changed event has made void', () => {
    const options = toOptions(answers([sched], { pair: true, filter: { failed: true } }));
    expect(options).toEqual({
      events: [{ category: 'sched', name: 'sched_switch' }],
      delivery: 'ringbuf',
    });
  });
});

describe('the memory', () => {
  const store = (kept?: unknown): Store => {
    const values = new Map([['ebpf.generateHandler', kept]]);
    return {
      get: (key) => values.get(key),
      update: (key, value) => Promise.resolve(void values.set(key, value)),
    };
  };

  it('has sensible answers before the first time, and where it is damaged', () => {
    const initial = { recent: [], pair: false, process: ['pid', 'comm'], loader: 'none' };
    expect(recall(store())).toEqual(initial);
    expect(recall(store({ recent: 7 }))).toEqual(initial);
  });

  it('keeps the choices, and the events with the last first', async () => {
    const kept = store();
    await remember(kept, answers([openat, sched]));
    await remember(kept, answers([sched], { delivery: 'perfbuf', process: ['uid'], loader: 'c' }));
    expect(recall(kept)).toEqual({
      recent: [
        { category: 'sched', name: 'sched_switch' },
        { category: 'syscalls', name: 'sys_enter_openat' },
      ],
      ...{ delivery: 'perfbuf', pair: false, process: ['uid'], loader: 'c' },
    });
  });

  it('keeps eight events', async () => {
    const kept = store();
    await remember(kept, answers(Array.from({ length: 12 }, (_, n) => `sched/event_${n}`)));
    expect(recall(kept).recent).toHaveLength(8);
  });
});

describe('the delivery that is offered first', () => {
  const ready = (release: string) =>
    ({
      state: 'ready',
      chosen: true,
      ...{ release, machine: 'x86_64', source: 'local' as const, location: '/', events: 1 },
    }) as const;

  it.each([
    ['5.7.19', 'perfbuf'],
    ['4.19.0-27-amd64', 'perfbuf'],
    ['5.8.0', 'ringbuf'],
    ['5.10.0-28-amd64', 'ringbuf'],
    ['6.1.0', 'ringbuf'],
    ['unknown', 'ringbuf'],
  ])('on %s is %s', (release, expected) => {
    expect(defaultDelivery(ready(release))).toBe(expected);
  });
});
