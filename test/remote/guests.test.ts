/** The harness itself: other kernels boot, can be reached, judge programs, and leave nothing. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { guestIds } from '#support/guests/catalog';
import { compileFor } from '#support/guests/compile';
import { bootGuest } from '#support/guests/guest';
import type { Guest } from '#support/guests/guest';
import { readGuestKernel } from '#support/guests/kernel';
import { loadInGuest } from '#support/guests/loader';
import { requireGuests } from '#support/guests/requirements';
import { run } from '#support/guests/run';
import type { Executed } from '#support/guests/run';
import type { Route } from '#support/guests/ssh';
import { describeUnless } from '#support/requirement';

const program = `
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
SEC("tp/syscalls/sys_enter_openat") int fine(struct trace_event_raw_sys_enter *ctx) { return ctx->args[3]; }
SEC("tp/syscalls/sys_enter_openat") int refused_at_attach(struct trace_event_raw_sys_enter *ctx) { return ctx->args[4]; }
SEC("tp/syscalls/sys_enter_openat") int refused_by_verifier(void *ctx) { return *(volatile int *)-1; }
`;

describeUnless(await requireGuests(...guestIds), 'guests', () => {
  test.each(guestIds)('%s runs its kernel, with tracefs and BTF, and judges programs', async (id) => {
    const guest = await bootGuest(id);
    onTestFinished(() => guest.kill());
    const { view, header } = await readGuestKernel(guest);
    const { release, machine } = view.index.provenance;
    expect(release.startsWith(guest.spec.series), release).toBe(true);
    expect(machine).toBe(guest.spec.machine);
    expect(view.index.problems).toEqual([]);
    expect(view.index.types.struct('task_struct')?.size).toBeGreaterThan(1000);

    const { path } = await compileFor(guest.spec.arch, header, program);
    const verdicts = await loadInGuest(guest, path, { attach: true });
    expect(verdicts).toMatchObject([
      { program: 'fine', load: 'ok', attach: 'ok' },
      { program: 'refused_at_attach', load: 'ok', attach: 'EACCES' },
      { program: 'refused_by_verifier', load: 'EACCES', attach: undefined },
    ]);
  });

  describe('one that is up', () => {
    let guest: Guest;
    beforeAll(async () => {
      guest = await bootGuest('6.1-arm64');
    });
    afterAll(() => guest.kill());

    test('lets root and a user without privileges in, and nobody else', async () => {
      const nameOf = async (user: string) => (await guest.mustExec(['id', '-un'], { user })).toString();
      expect(await nameOf('root')).toBe('root\n');
      expect(await nameOf('dev')).toBe('dev\n');
      const refused = await guest.exec('cat /sys/kernel/tracing/available_events', { user: 'dev' });
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain('Permission denied');

      const refusal = async (route: Route) => (await connect(guest, await guest.route(route))).stderr;
      expect(await refusal({ key: 'other' })).toContain('Permission denied (publickey');
      expect(await refusal({ hostKey: 'unknown' })).toContain('Host key verification failed');
      expect(await refusal({ hostKey: 'changed' })).toContain('REMOTE HOST IDENTIFICATION HAS CHANGED');
    });

    test('gets words and files as they are', async () => {
      const words = ["it's", '$(id)', 'a  b', '*', '"', '\\', 'line\nline', ''];
      const output = (await guest.mustExec(['printf', '[%s]', ...words])).toString();
      expect(output).toBe(words.map((word) => `[${word}]`).join(''));
      const bytes = Buffer.from(Uint8Array.from({ length: 70_000 }, (_, i) => i * 7));
      await guest.upload(bytes, "/tmp/a file's name");
      expect(bytes.equals(await guest.mustExec(['cat', "/tmp/a file's name"]))).toBe(true);
    });

    test('loses its network and finds it again', async () => {
      await guest.linkDown();
      expect((await connect(guest, guest.alias)).code).toBe(255);
      await guest.linkUp();
      expect((await connect(guest, guest.alias)).code).toBe(0);
    });
  });

  test('come back after a reset as they were at first, and leave nothing when they are off', async () => {
    const guest = await bootGuest('5.10-amd64');
    onTestFinished(() => guest.kill());
    await guest.mustExec('touch /tmp/before');
    await guest.reboot();
    expect((await guest.mustExec('ls /tmp')).toString()).toBe('');
    await guest.powerOff();
    await guest.kill();
    expect(() => process.kill(guest.pid, 0)).toThrow('ESRCH');
    expect(existsSync(dirname(guest.config))).toBe(false);
  });
});

/** As a user would, with three seconds to get through. */
function connect(guest: Guest, alias: string): Promise<Executed> {
  const options = ['-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes', '-o', 'ConnectTimeout=3'];
  return run('ssh', ['-F', guest.config, ...options, alias, 'true']);
}
