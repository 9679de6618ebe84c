/**
 * The product's main path on other kernels, 5.10 to 6.12, x86-64 and arm64: one run on all of them at once, over ssh, to
 * hosts with nothing but busybox and dropbear. Then what a host can do to a run: lose its network, reboot, go off.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HostOutcome } from '#runner/model';
import { bpfIdsCommand } from '#support/guests/bpf-ids';
import { guestIds } from '#support/guests/catalog';
import type { GuestId } from '#support/guests/catalog';
import { bootGuest } from '#support/guests/guest';
import type { Guest } from '#support/guests/guest';
import { requireGuests } from '#support/guests/requirements';
import { describeUnless } from '#support/requirement';
import { freshPlaces, requireAgents, temporaryFolder } from '#support/runner/installation';
import { findLeftovers, gone, guestShell } from '#support/runner/leftovers';
import { fchmodat, fchmodatName } from '#support/runner/programs';
import { openRun } from '#support/runner/session';
import type { Row, TestRun } from '#support/runner/session';

/** Until the agent that hears nothing ends, and then until nothing of it is there. */
const silenceMs = 4000;
const cleanMs = 5000;

interface Prepared {
  readonly guest: Guest;
  /** Lists what is loaded into its kernel. */
  readonly ids: string;
  /** What that says before we come. */
  readonly idsBefore: string;
  /** Processes, before we come. */
  readonly processesBefore: string;
}

/** Of user space, by their programs. Who asks is among them, always the same way. */
const processes = 'for p in /proc/[0-9]*; do readlink $p/exe; done | sort';

/** Those of the second list that the first one has not. (It may have more: the server's process of the call before it.) */
function added(before: string, after: string): readonly string[] {
  const known = before.split('\n');
  return after.split('\n').filter((program) => {
    const index = known.indexOf(program);
    if (index !== -1) known.splice(index, 1);
    return index === -1;
  });
}

async function prepare(id: GuestId): Promise<Prepared> {
  const guest = await bootGuest(id);
  try {
    const ids = await bpfIdsCommand(guest);
    // Busybox's makes the system call chmod() where the architecture has it; coreutils' makes fchmodat(), as most do.
    if (guest.spec.arch === 'amd64') await guest.upload(await readFile('/bin/chmod'), '/tmp/chmod');
    else await guest.mustExec('ln -s /bin/chmod /tmp/chmod');
    const idsBefore = (await guest.mustExec(ids)).toString();
    return { guest, ids, idsBefore, processesBefore: (await guest.mustExec(processes)).toString() };
  } catch (error) {
    await guest.kill();
    throw error;
  }
}

const missing = (await requireGuests(...guestIds)) ?? requireAgents('x86_64', 'aarch64');

describeUnless(missing, 'run, in guests', () => {
  let prepared: readonly Prepared[] = [];
  beforeAll(async () => {
    const results = await Promise.allSettled(guestIds.map(prepare));
    prepared = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  });
  afterAll(() => Promise.all(prepared.map(({ guest }) => guest.kill())));

  const one = (id: GuestId): Prepared => {
    const found = prepared.find(({ guest }) => guest.id === id);
    if (!found) throw new Error(`${id} has not booted`);
    return found;
  };

  async function runOn(hosts: readonly Prepared[]): Promise<TestRun> {
    const config = join(await temporaryFolder(), 'config');
    await writeFile(config, hosts.map(({ guest }) => `Include ${guest.config}\n`).join(''));
    return openRun({
      targets: hosts.map(({ guest }) => ({ kind: 'ssh', host: guest.alias })),
      source: { path: fchmodat },
      ssh: { args: ['-F', config] },
      // Nothing is known of any host: each sends its own vmlinux.h.
      places: await freshPlaces(),
    });
  }

  test('brings the file name, mode, pid and ppid of a chmod on each of four kernels', async () => {
    const run = await runOn(prepared);
    await Promise.all(prepared.map(({ guest }) => run.running(guest.alias)));
    const file = "/tmp/it's $(a) file";
    const expected: Row[] = [];
    const records: Row[] = [];
    for (const { guest } of prepared) {
      const words = await guest.mustExec(`cd /tmp; : > "it's \\$(a) file"; echo $$
/tmp/chmod 640 "/tmp/it's \\$(a) file" & echo $!; wait`);
      const [ppid, pid] = words.toString().trim().split('\n').map(Number);
      expected.push({ host: guest.id, filename: file, mode: 0o640, host_pid: pid, host_ppid: ppid });
      const row = await run.record(({ filename }, host) => host === guest.alias && filename === file);
      const { filename, mode, host_pid, host_ppid } = row;
      records.push({ host: guest.id, filename, mode, host_pid, host_ppid });
      expect(row['comm']).toBe('chmod');
    }
    expect(records).toEqual(expected);

    const facts = run.events.filter((event) => event.type === 'facts');
    for (const { guest } of prepared) {
      const own = facts.find(({ host }) => host === guest.alias)?.facts;
      expect(own?.release.startsWith(guest.spec.series)).toBe(true);
      expect(own?.machine).toBe(guest.spec.machine);
    }
    for (const { guest, ids, idsBefore } of prepared)
      expect((await guest.mustExec(ids)).toString()).not.toBe(idsBefore);

    await run.session.stop();
    expect(await run.outcomes()).toEqual(
      prepared.map(({ guest }): HostOutcome => ({
        host: guest.alias,
        programs: { good: [fchmodatName], bad: [] },
      })),
    );
    for (const { guest, ids, idsBefore, processesBefore } of prepared) {
      const answer = async (command: string) => (await guest.mustExec(command)).toString();
      await gone(guestShell(guest), fchmodatName, cleanMs);
      await expect.poll(() => answer(ids), { timeout: cleanMs }).toBe(idsBefore);
      const left = async () => added(processesBefore, await answer(processes));
      await expect.poll(left, { timeout: cleanMs }).toEqual([]);
    }
  });

  test('a host whose network goes is told of, and keeps nothing of ours', async () => {
    const host = one('6.12-amd64');
    const { guest } = host;
    const run = await runOn([host]);
    await run.running();
    // The guest itself looks, because nobody can ask it.
    const left = `${host.ids} | diff - /tmp/before >/dev/null && [ -z "$(${findLeftovers(fchmodatName)})" ]`;
    await guest.mustExec('cat > /tmp/before', { input: host.idsBefore });
    await guest.mustExec('cat > /tmp/watch; sh /tmp/watch </dev/null >/dev/null 2>&1 &', {
      input: `until { ${left}; }; do sleep 0.1; done\necho nothing is left >/dev/console\n`,
    });
    expect(guest.console()).not.toContain('nothing is left');

    const begin = performance.now();
    await guest.linkDown();
    const [outcome] = await run.outcomes();
    expect(performance.now() - begin).toBeLessThan(10_000);
    expect(outcome?.failure?.code).toBe('connection-lost');
    expect(outcome?.failure?.help).toContain('ends by itself within seconds');
    await expect.poll(() => guest.console(), { timeout: silenceMs + cleanMs }).toContain('nothing is left');
    expect(performance.now() - begin).toBeLessThan(silenceMs + cleanMs);
    await guest.linkUp();
  });

  test.each([
    ['is reset', (guest: Guest) => guest.reboot()],
    ['goes off', (guest: Guest) => guest.powerOff()],
  ] as const)('a host that %s is told of, with what to do', async (_, end) => {
    const host = one('6.1-amd64');
    const run = await runOn([host]);
    await run.running();
    const begin = performance.now();
    const [[outcome]] = await Promise.all([run.outcomes(), end(host.guest)]);
    expect(performance.now() - begin).toBeLessThan(30_000);
    expect(outcome?.failure?.code).toBe('connection-lost');
    expect(outcome?.failure?.help).toContain('Run again when the host can be reached');
  });
});
