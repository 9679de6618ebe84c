/** What is no command, no object, no text. The build with sanitizers ends at the first byte it should not have touched. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { startAgent } from '#support/agent/agent';
import { objectOf, onProvoke, ringProgram } from '#support/agent/programs';
import { inKernel } from '#support/agent/records';
import { requireKernel } from '#support/bpf/requirements';
import { describeUnless } from '#support/requirement';

const name = `odd_${process.pid}`;
const magic = 3_000_000 + process.pid;

/** The same numbers in every run (mulberry32). */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

for (const build of ['plain', 'sanitized'] as const) {
  describeUnless(requireKernel(), `the agent, ${build}`, () => {
    test('says that it does not understand, and goes on', async () => {
      const agent = await startAgent({ build });
      const lines = {
        '': 'unknown command: ',
        '   ': 'unknown command:    ',
        'rm -rf /': 'unknown command: rm -rf /',
        'quit now': 'unknown command: quit now',
        '\u001b[2J\u0007': 'unknown command: \u001b[2J\u0007',
        'é\u0000ping': 'unknown command: é',
        ['x'.repeat(200_000)]: 'unknown command: (a line without end)',
        stop: 'unknown command: stop',
        'stop x': 'unknown command: stop x',
        'stop -1': 'unknown command: stop -1',
        'stop 99999999999999999999': 'unknown command: stop 99999999999999999999',
        'stop 7': 'stop: there is no session 7',
        load: 'unknown command: load',
        'load ': 'load: no session number or no size',
        'load x 0': 'load: no session number or no size',
        'load 1': 'load: no session number or no size',
        'load 1 x': 'load: no session number or no size',
        'load 1 -5': 'load: no session number or no size',
        'load 1 0 wat': 'load: unknown option',
        'load 1 0 level=9': 'load: unknown option',
        'load 1 0 dump=-1': 'load: unknown option',
      };
      for (const line of Object.keys(lines)) agent.send(line);
      agent.send('quit');
      expect((await agent.exit).code).toBe(0);
      expect(agent.all('error').map(({ message }) => message)).toEqual(Object.values(lines));
    });

    test('passes over the bytes of an object that it does not take', async () => {
      const agent = await startAgent({ build });
      const object = await objectOf(ringProgram({ name, magic }));
      agent.load(1, object, 'unheard=of');
      agent.send(`load 2 ${80 << 20}`);
      for (let megabyte = 0; megabyte < 80; megabyte++)
        agent.process.stdin?.write(Buffer.alloc(1 << 20, 'quit\n'));
      agent.load(3, object, 'verify');
      expect(await agent.ended(3)).toMatchObject({ state: 'stopped' });
      expect(agent.all('error').map(({ message }) => message)).toEqual([
        'load: unknown option',
        'load: the object has more than 64 MB',
      ]);
      agent.load(4, object);
      await agent.heard('state', (it) => it.session === 4 && it.state === 'running');
      agent.load(4, object);
      expect(await agent.heard('error', ({ message }) => message.includes('session already'))).toBeDefined();
    });

    test('refuses what is no object, and says why', async () => {
      const agent = await startAgent({ build });
      const object = await objectOf(ringProgram({ name, magic }));
      const bigEndian = Buffer.from(object);
      bigEndian[5] = 2; // EI_DATA
      const wrong = {
        nothing: Buffer.alloc(0),
        text: Buffer.from('#!/bin/sh\n'),
        zeroes: Buffer.alloc(10_000),
        program: await readFile('/bin/true'),
        bigEndian,
      };
      let session = 0;
      for (const bytes of Object.values(wrong)) agent.load(++session, bytes);
      for (let n = 1; n <= session; n++) {
        const state = await agent.ended(n);
        expect(state).toMatchObject({ state: 'failed' });
        expect(state.message).not.toBe('');
        expect(state.error).not.toBeNull();
      }
      agent.send('quit');
      expect((await agent.exit).code).toBe(0);
    });

    test('writes JSON whatever a log has in it', async () => {
      const agent = await startAgent({ build });
      const marks = '"\\ \u0001\u001b\u007f é ✓ 𝄞 ';
      // The line of the source comes back in the verifier's log, and its tail is made invalid UTF-8 of many kinds.
      const tail = 'ABCDEFGHIJKLMNOPQ';
      const object = await objectOf(
        onProvoke(name, magic, `return *(volatile int *)-1; /* ${marks}${tail} */`),
      );
      const bytes = Buffer.from('80ff c3 28 e28228 eda080 f08028bc c0af f5'.replaceAll(' ', ''), 'hex');
      const at = object.indexOf(tail);
      expect([at > 0, object.indexOf(tail, at + 1), bytes.length]).toEqual([true, -1, tail.length]);
      bytes.copy(object, at);
      agent.load(1, object);
      await agent.ended(1);
      const latin = [...bytes].map((byte) => String.fromCharCode(byte)).join('');
      expect(agent.all('program')[0]?.log).toContain(`/* ${marks}${latin}`);
    });

    test('survives objects that are cut off or damaged', async () => {
      const object = await objectOf(ringProgram({ name, magic }));
      const random = randomNumbers(1);
      const damaged: Buffer[] = [];
      for (let size = 1; size < object.length; size = Math.ceil(size * 1.3))
        damaged.push(object.subarray(0, size));
      for (let n = 0; n < 80; n++) {
        const bytes = Buffer.from(object);
        for (let flips = 0; flips <= n % 8; flips++) bytes[random(bytes.length)] = random(256);
        damaged.push(bytes);
      }
      let agent = await startAgent({ build });
      let crashes = 0;
      for (const [session, bytes] of damaged.entries()) {
        agent.load(session, bytes, 'verify');
        try {
          await agent.ended(session);
        } catch {
          // libbpf itself, not our code: it takes the process with it, and nothing else.
          const end = await agent.exit.then(
            ({ signal }) => signal,
            (error: unknown) => String(error),
          );
          expect(end).toMatch(build === 'plain' ? /^SIG(SEGV|ABRT|BUS|FPE)$/ : /#[01] .*lib(bpf|elf)\.so/);
          crashes++;
          agent = await startAgent({ build });
        }
      }
      expect(crashes).toBeLessThan(damaged.length / 10);
      await expect.poll(() => inKernel(name), { timeout: 5000 }).toEqual([]);
    });

    test('says a log of many megabytes in several lines', async () => {
      const agent = await startAgent({ build });
      // The verifier goes through the loop one state after another and tells of each.
      const object = await objectOf(
        onProvoke(
          name,
          magic,
          `__u64 sum = 0;
          for (int i = 0; i < 30000; i++) { asm volatile("%0 += %1" : "+r"(sum) : "r"(i)); }
          return sum;`,
        ),
      );
      agent.load(1, object, 'verify level=2');
      await agent.ended(1);
      const [program] = agent.all('program');
      const parts = agent.all('log').filter((it) => it.name === name);
      expect(program?.error).toBeNull();
      expect(parts.length).toBeGreaterThan(2);
      expect(parts.every(({ text }) => text === '' || text.endsWith('\n'))).toBe(true);
      const log = [...parts.map(({ text }) => text), program?.log].join('');
      expect(log.length).toBeGreaterThan(4_000_000);
      expect(log).toMatch(/^processed \d+ insns/m);
      const lines = log.split('\n').length;
      expect(Number(/^processed (\d+) insns/m.exec(log)?.[1])).toBeLessThan(lines);
    });
  });
}
