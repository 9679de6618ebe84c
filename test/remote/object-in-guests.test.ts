/** Which CO-RE programs load on other kernels: what we say of the object, and what libbpf and the verifier say there. */
import { expect, onTestFinished, test } from 'vitest';
import { readBtf } from '#core/btf/reader';
import { compareVerdicts, relocationPrograms, undecided } from '#support/bpf/relocations/relocations';
import { bootGuest } from '#support/guests/guest';
import { loadInGuest } from '#support/guests/loader';
import { requireGuests } from '#support/guests/requirements';
import { describeUnless } from '#support/requirement';

const kernels = ['5.10-amd64', '6.1-amd64', '6.12-amd64'] as const;

describeUnless(await requireGuests(...kernels), 'CO-RE programs', () => {
  test.each(kernels)('%s', async (id) => {
    const guest = await bootGuest(id);
    onTestFinished(() => guest.kill());
    const programs = await relocationPrograms();
    const kernel = readBtf(await guest.mustExec('cat /sys/kernel/btf/vmlinux')).value;
    const verdicts = await loadInGuest(guest, programs.path, { attach: false });
    const { wrong, unsure, counts } = compareVerdicts(programs, kernel, verdicts);
    expect(wrong).toEqual([]);
    expect(unsure.filter((name) => !undecided.includes(name))).toEqual([]);
    expect(counts.loaded).toBeGreaterThan(90);
    expect(counts.refused).toBeGreaterThan(35);
  });
});
