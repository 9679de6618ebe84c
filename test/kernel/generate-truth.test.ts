/** Generated programs tell what happened: fields of events that a program of our own makes happen. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { generate } from '#server/generate/generate';
import type { RecordStruct } from '#server/generate/model';
import { compileBpf } from '#support/bpf/compile';
import { readRecord } from '#support/bpf/generated-records';
import { runPrograms } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { startTrigger, triggerComm, type Deed } from '#support/bpf/trigger';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

describeUnless(requireKernel(), 'generated handlers tell the truth', () => {
  test('about every event that is made to happen: numbers, strings, arrays, __data_loc, and the process', async () => {
    // One run without programs says which events there will be.
    const names = [...new Set((await runTrigger()).map(({ event }) => event))];
    expect(names.length).toBeGreaterThanOrEqual(60);
    const kernel = await liveKernel();
    const generated = generate(
      {
        events: names.map(eventName),
        delivery: 'ringbuf',
        filter: { comm: triggerComm },
        process: ['pid', 'tid', 'uid', 'comm'],
      },
      { kernel },
    );
    if (!generated.ok) throw new Error(generated.message);
    const { text, records } = generated.value;
    const { path, messages } = await compileBpf(text, { flags: ['-Wall', '-Werror'] });
    expect(messages).toBe('');

    let deeds: readonly Deed[] = [];
    const result = await runPrograms(path, { during: async () => (deeds = await runTrigger()) });
    expect(result.programs.filter(({ load, attach }) => load !== 'ok' || attach !== 'ok')).toEqual([]);
    const arrived = result.records.map(({ map, data }) => {
      const struct = records.find((record) => record.map === map);
      if (struct === undefined) throw new Error(`a record of no struct: ${map}`);
      expect(data).toHaveLength(struct.size);
      return { struct, values: readRecord(struct, data) };
    });
    expect(deeds.map(({ event }) => event)).toEqual(expect.arrayContaining(names));
    expect(deeds.filter((deed) => !arrived.some((record) => tells(record, deed)))).toEqual([]);
  });
});

interface Arrived {
  readonly struct: RecordStruct;
  readonly values: ReadonlyMap<string, string>;
}

function tells({ struct, values }: Arrived, { event, pid, fields }: Deed): boolean {
  if (!struct.events.some(({ category, name }) => `${category}:${name}` === event)) return false;
  const facts = { pid: String(pid), tid: String(pid), uid: '0', comm: triggerComm };
  const has = (name: string, value: string) => values.get(name) === value;
  return (
    Object.entries(facts).every(([name, value]) => has(name, value)) &&
    Object.entries(fields).every(([name, value]) => memberNames(name).some((member) => has(member, value)))
  );
}

/** Where the record has a process fact of that name, or C a macro, the event's own field is called otherwise. */
function memberNames(field: string): readonly string[] {
  if (field === 'errno') return ['error'];
  return ['pid', 'tid', 'uid', 'comm'].includes(field) ? [`task_${field}`, `arg_${field}`] : [field];
}

async function runTrigger(): Promise<readonly Deed[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ebpf-truth-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return (await startTrigger(folder)).go();
}

function eventName(name: string) {
  const [category = '', event = ''] = name.split(':');
  return { category, name: event };
}
