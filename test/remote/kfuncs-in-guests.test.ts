/** Kernel functions that one kernel has for programs, and another has not: what the checks say, and what each does. */
import { expect, onTestFinished, test } from 'vitest';
import { checkSource } from '#server/check-source';
import { testAnalyzer } from '#support/analyzer';
import { variablePrograms } from '#support/bpf/externs';
import { callersExpected, callersSource, compareCallers } from '#support/bpf/kfunc-callers';
import { called, compareKfuncs } from '#support/bpf/kfunc-programs';
import { guestProber } from '#support/bpf/probe';
import { compileFor } from '#support/guests/compile';
import { bootGuest } from '#support/guests/guest';
import { readGuestKernel } from '#support/guests/kernel';
import { loadInGuest } from '#support/guests/loader';
import { requireGuests } from '#support/guests/requirements';
import { describeUnless } from '#support/requirement';

const prelude = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
`;

const lock = 'extern void bpf_rcu_read_lock(void) __ksym;\nextern void bpf_rcu_read_unlock(void) __ksym;';
const weak = lock.replaceAll('__ksym;', '__ksym __weak;');
const calls = 'bpf_rcu_read_lock();\n\tbpf_rcu_read_unlock();';
const programs = {
  plain: called('plain', lock, calls),
  weak: called('weak', weak, calls),
  guarded: called('guarded', weak, `if (bpf_rcu_read_lock && bpf_rcu_read_unlock) {\n\t${calls}\n\t}`),
  ordinary: called(
    'ordinary',
    'extern int acpi_sleep_state_supported(unsigned char state) __ksym;',
    'acpi_sleep_state_supported(0);',
  ),
} as const;

/**
 * Which of them load; bpf_rcu_read_lock() came with 6.2. And how many pairs of a kind of program and a kfunc there are at least, and
 * how many of them are refused.
 */
const kernels = [
  ['6.1-amd64', { plain: false, weak: false, guarded: true, ordinary: false }, 3_000, 2_000],
  ['6.12-amd64', { plain: true, weak: true, guarded: true, ordinary: false }, 10_000, 4_000],
] as const;

describeUnless(await requireGuests(...kernels.map(([id]) => id)), 'kfunc-unknown, kfunc-unavailable', () => {
  test.each(kernels)(
    '%s',
    async (id, loads, leastPairs, leastRefused) => {
      const guest = await bootGuest(id);
      onTestFinished(() => guest.kill());
      const { view, header } = await readGuestKernel(guest);
      const analyzer = await testAnalyzer();
      const did: Record<string, boolean> = {};
      const said: Record<string, boolean> = {};
      for (const [name, { text }] of Object.entries(programs)) {
        const source = prelude + text;
        const { path } = await compileFor('amd64', header, source);
        const [verdict] = await loadInGuest(guest, path, { attach: false });
        did[name] = verdict?.load === 'ok';
        const findings = await checkSource(source, { analyzer, kernel: view });
        said[name] = !findings.some(({ code }) => code === 'kfunc-unknown');
      }
      expect(did).toEqual(loads);
      // Every variable of its BTF, too.
      const variables = variablePrograms(view.index);
      const { path } = await compileFor(
        'amd64',
        header,
        prelude + variables.map(({ text }) => text).join(''),
      );
      const verdicts = await loadInGuest(guest, path, { attach: false });
      expect(verdicts.length).toBeGreaterThan(300);
      const refused = verdicts.filter(({ load }) => load !== 'ok');
      // Of that one 6.12 does not find the address.
      const without = id === '6.12-amd64' ? ['takes_fixed_percpu_data ENOENT'] : [];
      expect(refused.map(({ program, load }) => `${program} ${load}`)).toEqual(without);
      // Of a kernel that does not tag its kfuncs, only what is absent is certain.
      expect(said).toEqual({ ...loads, ordinary: id === '6.1-amd64' });
      // Every kind of program with every kfunc.
      const compared = await compareKfuncs(view, await guestProber(guest));
      expect(compared.disagreements).toEqual([]);
      expect(compared.pairs).toBeGreaterThanOrEqual(leastPairs);
      expect(compared.refused).toBeGreaterThanOrEqual(leastRefused);
      if (id === '6.12-amd64') {
        const { path: calls } = await compileFor('amd64', header, callersSource);
        const judged = await loadInGuest(guest, calls, { attach: false });
        expect(await compareCallers(view, calls, judged)).toEqual(callersExpected);
      }
      // A verifier under emulation, asked 15,000 times.
    },
    600_000,
  );
});
