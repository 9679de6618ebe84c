/** Which CO-RE programs load on other kernels: what we say of the object, and what libbpf and the verifier say there. */
import { readFile } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { readBtf } from '#core/btf/reader';
import { readBpfObject } from '#core/elf/bpf-object';
import { compileBpf } from '#support/bpf/compile';
import { randomPrograms } from '#support/bpf/relocations/random';
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

    // Guards in random forms: older verifiers follow less of them, and none must be taken for another.
    const { path } = await compileBpf(randomPrograms(100, 3), { flags: ['-w'] });
    const { value: object } = readBpfObject(await readFile(path));
    const random = compareVerdicts({ object }, kernel, await loadInGuest(guest, path, { attach: false }));
    expect(random.wrong).toEqual([]);
    expect(random.unsure.length).toBeLessThan(20);
  });
});
