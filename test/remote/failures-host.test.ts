/** What a host may lack: each with a real one, prepared so that it does. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { requireKernel } from '#support/bpf/requirements';
import { bootGuest } from '#support/guests/guest';
import type { Guest } from '#support/guests/guest';
import { requireGuests, requireSshd } from '#support/guests/requirements';
import { startSshd } from '#support/guests/sshd';
import { describeUnless } from '#support/requirement';
import { compiledAgent, placesWithAgents } from '#support/runner/agents';
import { dist, freshPlaces, requireAgents, temporaryFolder } from '#support/runner/installation';
import { endingOf } from '#support/runner/outcome';
import type { TestRunOptions } from '#support/runner/session';
import { fchmodat, program } from '#support/runner/programs';
import { openRun } from '#support/runner/session';

const folders = ['/dev/shm', '/tmp', '/var/tmp', '/root', '/run'];

describeUnless(
  (await requireGuests('6.1-amd64')) ?? requireAgents('x86_64'),
  'a host without tools, which',
  () => {
    let guest: Guest;
    beforeAll(async () => {
      guest = await bootGuest('6.1-amd64');
    });
    afterAll(() => guest.kill());

    const look = (host: string, options: Partial<TestRunOptions> = {}) =>
      endingOf({
        targets: [{ kind: 'ssh', host }],
        source: { path: fchmodat },
        mode: 'inspect',
        ssh: { args: ['-F', guest.config], connectTimeout: 4 },
        ...options,
      });

    /** The folders, mounted with these options as long as the test takes; root's keys are in one of them. */
    async function mounted(options: string, targets: readonly string[] = folders): Promise<void> {
      await guest.mustExec(
        `cp -a /root/.ssh /keys; ${targets
          .map((folder) => `mkdir -p ${folder}; mount -t tmpfs -o mode=755 none ${folder}`)
          .join('; ')}; cp -a /keys /root/.ssh; ${targets
          .map((folder) => `mount -o remount,${options} ${folder}`)
          .join('; ')}`,
      );
      onTestFinished(async () => {
        await guest.mustExec(targets.map((folder) => `umount ${folder}`).join('; '));
      });
    }

    test('lets us in as a user without privileges, and has no sudo', async () => {
      const { failure } = await look(await guest.route({ user: 'dev' }));
      expect(failure).toMatchObject({ code: 'not-root' });
      expect(failure?.message).toContain('user 1000');
    });

    test('has a read-only /tmp: another folder serves', async () => {
      await mounted('ro', ['/tmp', '/dev/shm']);
      expect((await look(guest.alias)).failure).toBeUndefined();
    });

    test('lets us write nowhere', async () => {
      await mounted('ro');
      const { failure } = await look(guest.alias);
      expect(failure?.code).toBe('no-writable-directory');
      for (const folder of ['/tmp', '/var/tmp']) expect(failure?.detail).toContain(`${folder}: `);
      expect(failure?.detail).toContain('Read-only file system');
    });

    test('lets us run nothing that we wrote', async () => {
      await mounted('noexec');
      expect((await look(guest.alias)).failure?.code).toBe('no-writable-directory');
    });

    test('has full disks', async () => {
      await mounted('size=64k');
      const { failure } = await look(guest.alias);
      expect(failure?.code).toBe('disk-full');
      expect(failure?.detail).toContain('No space left on device');
      const left = await guest.mustExec(`ls -A ${folders.join(' ')}`);
      expect(left.toString()).not.toContain('workbench');
    });

    test('has a full /dev/shm alone: the next folder serves', async () => {
      await mounted('size=64k', ['/dev/shm']);
      expect((await look(guest.alias)).failure).toBeUndefined();
    });

    test('has no clang either', async () => {
      const { failure } = await look(guest.alias, { mode: 'run', build: { clang: '/nonexistent/clang' } });
      expect(failure?.code).toBe('clang-missing');
    });

    test('has no agent built for it, nor a compiler', async () => {
      const { failure } = await look(guest.alias, { places: await placesWithAgents({}) });
      expect(failure?.code).toBe('agent-missing');
      expect(failure?.message).toContain('x86_64');
      expect(failure?.help).toContain('libbpf-dev');
    });

    test('does not answer', async () => {
      await guest.linkDown();
      onTestFinished(() => guest.linkUp());
      expect((await look(guest.alias)).failure?.code).toBe('host-unreachable');
    });

    test('has no tracefs mounted: the agent mounts it for itself', async () => {
      // Debugfs brings one along.
      await guest.mustExec('umount /sys/kernel/tracing /sys/kernel/debug');
      onTestFinished(async () => {
        await guest.mustExec(
          'mount -t tracefs none /sys/kernel/tracing; mount -t debugfs none /sys/kernel/debug',
        );
      });
      const run = openRun({
        targets: [{ kind: 'ssh', host: guest.alias }],
        source: { path: fchmodat },
        ssh: { args: ['-F', guest.config] },
      });
      await run.running();
      const facts = run.events.find((event) => event.type === 'facts');
      expect(facts?.facts.tracefs).toMatchObject({ private: true });
      await run.session.stop();
      expect((await guest.mustExec('mount')).toString()).not.toContain('tracefs');
    });
  },
);

const missing = requireSshd() ?? requireKernel() ?? requireAgents('x86_64');

describeUnless(missing, 'this machine, made so that it', () => {
  /** Whoever logs in runs this, and then what was asked for, in a mount namespace of its own. */
  async function hostWith(script: string) {
    const command = join(await temporaryFolder(), 'login');
    await writeFile(command, `#!/bin/sh\n${script}\n`);
    await chmod(command, 0o755);
    const server = await startSshd({ settings: { ForceCommand: `unshare -m ${command}` } });
    onTestFinished(() => server.stop());
    return {
      targets: [{ kind: 'ssh', host: server.alias }],
      ssh: { args: ['-F', server.config] },
    } as const;
  }

  const noBtf = 'mount -t tmpfs none /sys/kernel/btf && exec sh';

  test('has no BTF, for a program that includes vmlinux.h', async () => {
    const { failure } = await endingOf({
      ...(await hostWith(noBtf)),
      source: { path: fchmodat },
      places: await freshPlaces(),
    });
    expect(failure?.code).toBe('vmlinux-missing');
    expect(failure?.help).toContain('CONFIG_DEBUG_INFO_BTF');
  });

  test('has no BTF, for a program that relocates its accesses', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'program.bpf.c');
    await writeFile(
      join(folder, 'vmlinux.h'),
      'typedef unsigned int __u32; typedef unsigned long long __u64; typedef unsigned short __u16; typedef __u16 __be16; typedef __u32 __be32; typedef __u32 __wsum; typedef int __s32; typedef long long __s64; typedef unsigned char __u8; enum bpf_map_type { BPF_MAP_TYPE_UNSPEC };\n' +
        'struct task_struct { int tgid; } __attribute__((preserve_access_index));\n',
    );
    await writeFile(
      path,
      `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
char LICENSE[] SEC("license") = "GPL";
SEC("tp/syscalls/sys_enter_fchmodat") int handle(void *ctx) {
  struct task_struct *task = (void *)bpf_get_current_task();
  return BPF_CORE_READ(task, tgid);
}`,
    );
    const { failure } = await endingOf({ ...(await hostWith(noBtf)), source: { path } });
    expect(failure?.code).toBe('btf-missing');
    expect(failure?.help).toContain('CONFIG_DEBUG_INFO_BTF');
  });

  test('has no tracefs, and lets nobody mount it', async () => {
    const host = await hostWith(`umount -A -l tracefs 2>/dev/null
umount -l /sys/kernel/tracing /sys/kernel/debug/tracing 2>/dev/null
exec setpriv --bounding-set -sys_admin --inh-caps -sys_admin sh`);
    const { failure } = await endingOf({ ...host, source: { path: fchmodat } });
    expect(failure?.code).toBe('tracefs-missing');
    expect(failure?.help).toContain('mount -t tracefs');
  });

  test('takes the capabilities from root', async () => {
    const host = await hostWith('exec setpriv --bounding-set -all --inh-caps -all sh');
    const { failure } = await endingOf({ ...host, source: { path: fchmodat } });
    expect(failure?.code).toBe('not-root');
  });

  test('prints at login what nobody asked for', async () => {
    const run = openRun({
      ...(await hostWith('echo "Welcome!"; printf "no line end"; echo >&2 "and on stderr"; exec sh')),
      source: { path: fchmodat },
    });
    await run.running();
  });

  test('has no agent built for it, and compiles one', async () => {
    const { failure, events } = await endingOf({
      ...(await hostWith('exec sh')),
      source: { path: fchmodat },
      mode: 'inspect',
      places: await placesWithAgents({}),
    });
    expect(failure).toBeUndefined();
    expect(events.some(({ type }) => type === 'facts')).toBe(true);
  });

  test('builds the program, because we cannot', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'sub dir'));
    await writeFile(join(folder, 'sub dir', 'event.h'), '#include "more.h"\n');
    await writeFile(join(folder, 'sub dir', 'more.h'), 'struct event { int pid; };\n');
    const path = join(folder, "it's $(touch pwned).bpf.c");
    const text = await readFile(fchmodat, 'utf8');
    await writeFile(
      path,
      `#include "sub dir/event.h"\n${text
        .replace(/struct event \{[^}]*\};/, '')
        .replace(/event->(?:host_ppid|mode|comm|filename).*;/g, ';')
        .replace(/\tif \(bpf_probe[^;]*;/, '')
        .replace('host_pid', 'pid')
        .replace(/bpf_get_current_comm[^;]*;/, '')}`,
    );
    const run = openRun({
      ...(await hostWith('exec sh')),
      source: { path },
      build: { clang: '/nonexistent/clang' },
      places: await freshPlaces(),
    });
    await run.running();
    await run.session.stop();
    expect(await run.outcomes()).toMatchObject([{ programs: { good: ['handle_fchmodat'], bad: [] } }]);
  });

  test('builds the program, and reports its errors on our lines', async () => {
    const path = await program('int wrong(void) { return missing; }');
    const { failure, events } = await endingOf({
      ...(await hostWith('exec sh')),
      source: { path },
      build: { clang: '/nonexistent/clang' },
    });
    expect(failure?.code).toBe('compile-error');
    const diagnostics = events.find((event) => event.type === 'diagnostics');
    expect(diagnostics?.diagnostics[0]).toMatchObject({ file: path, line: 6, severity: 'error' });
  });
});

describeUnless(missing, 'an installation', () => {
  const here = (options: Partial<TestRunOptions>) =>
    endingOf({ targets: [{ kind: 'local' }], source: { path: fchmodat }, mode: 'inspect', ...options });

  test('whose agent is for another machine', async () => {
    const places = await placesWithAgents({ x86_64: join(dist, 'agent', 'aarch64', 'ebpf-agent') });
    expect((await here({ places })).failure?.code).toBe('wrong-architecture');
  });

  test('whose agent was changed', async () => {
    const places = await placesWithAgents({ x86_64: '/bin/true' });
    await writeFile(join(places.agents, 'x86_64'), await readFile('/bin/false'));
    expect((await here({ places })).failure?.code).toBe('agent-damaged');
  });

  test('whose agent ends at once', async () => {
    const places = await placesWithAgents({ x86_64: '/bin/true' });
    expect((await here({ places })).failure?.code).toBe('agent-ended');
  });

  test('whose agent is of another release', async () => {
    const agent = await compiledAgent(`int main(void) {
  puts("{\\"type\\":\\"hello\\",\\"protocol\\":2,\\"agent\\":\\"9.0.0\\",\\"libbpf\\":\\"v9\\",\\"pid\\":1}");
  fflush(stdout);
  return getchar();
}`);
    const { failure } = await here({ places: await placesWithAgents({ x86_64: agent }) });
    expect(failure?.code).toBe('protocol-mismatch');
    expect(failure?.message).toBe('the agent speaks version 2, and we speak version 1');
  });

  test('without agents', async () => {
    const places = await placesWithAgents({});
    const { failure } = await here({ places: { ...places, agents: '/nonexistent' } });
    expect(failure?.code).toBe('agent-missing');
  });
});
