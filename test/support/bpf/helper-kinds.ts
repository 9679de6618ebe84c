/** Which kinds of programs may call which helpers, as kernels say; scripts/probe-helpers.mjs makes a table of it. */
import { HELPER_ROWS } from '#core/bpf/helpers.generated';
import type { ProgramKind } from '#core/bpf/program-kind';
import { rangesOf } from '#core/bpf/ranges';
import { bootGuest } from '#support/guests/guest';
import { readGuestKernel } from '#support/guests/kernel';
import { liveKernel } from '#support/live-kernel';
import { ask, guestProber, localProber, sectionOfKind, targetsOf, type Prober, type Question } from './probe';
import { kindRows, loadableForms } from './program-forms';

/** By kind, the numbers of the helpers that it may call; no entry for a kind that the kernel does not know. */
export type HelperKinds = ReadonlyMap<ProgramKind, ReadonlySet<number>>;

/** What the verifier of any kernel says of a call that this kind of program may not make, whatever its arguments. */
const unavailable =
  /^(?:unknown func |invalid func |program of this type cannot use helper |helper call might sleep |sleepable helper )/;

/**
 * First whether the kernel takes such programs at all; then of each kind, target by target, the helpers that none of its
 * targets allowed so far.
 */
export async function helperKinds(prober: Prober): Promise<HelperKinds> {
  const kinds = await loadableForms(sectionOfKind(), targetsOf, prober);
  const callable = new Map([...kinds.keys()].map((kind) => [kind, new Set<number>()]));
  const rounds = Math.max(0, ...[...kinds.values()].map((forms) => forms.length));
  for (let round = 0; round < rounds; round++) {
    const calls = [...kinds].flatMap(([kind, forms]) => {
      const form = forms[round];
      const known = callable.get(kind);
      if (form === undefined || known === undefined) return [];
      const { def, target } = form;
      return HELPER_ROWS.filter(([id]) => !known.has(id)).map(([id]) => ({
        ...{ known, id },
        question: { def, target, asks: { call: id } },
      }));
    });
    const answers = await ask(
      calls.map(({ question }): Question => question),
      prober,
    );
    for (const [n, { known, id }] of calls.entries()) {
      const answer = answers[n];
      if (answer !== undefined && !unavailable.test(answer.line)) known.add(id);
    }
  }
  return callable;
}

const guestIds = ['5.10-amd64', '6.1-amd64', '6.12-amd64'] as const;

/** The generated file. Asks four kernels. */
export async function helperKindsSource(log: (text: string) => void): Promise<string> {
  const kernels: { release: string; kinds: HelperKinds }[] = [];
  for (const id of guestIds) {
    const guest = await bootGuest(id);
    try {
      const { index } = (await readGuestKernel(guest)).view;
      const kinds = await helperKinds(await guestProber(guest));
      kernels.push({ release: index.provenance.release, kinds });
      log(`${index.provenance.release}: ${kinds.size} kinds`);
    } finally {
      await guest.kill();
    }
  }
  const { index } = await liveKernel();
  const kinds = await helperKinds(localProber);
  kernels.push({ release: index.provenance.release, kinds });
  log(`${index.provenance.release}: ${kinds.size} kinds`);

  const rows = kindRows(sectionOfKind().keys(), (kind) =>
    kernels.map(({ kinds }) => {
      const ids = kinds.get(kind);
      return ids && rangesOf(ids);
    }),
  );
  return `// Made by scripts/probe-helpers.mjs, which asks the verifiers of these kernels about every pair. Do not edit.

/** \`uname -r\` of the kernels that were asked, oldest first. */
export const PROBED_RELEASES: readonly string[] = [
${kernels.map(({ release }) => `  '${release}',\n`).join('')}];

/**
 * Kinds of programs (program-kind.ts) and, per kernel, the numbers of the helpers that they may call: \`1-8,11\`; undefined
 * where the kernel was not asked, since it does not load such programs at all.
 */
export type HelperKindRow = readonly [kinds: readonly string[], callable: readonly (string | undefined)[]];

export const HELPER_KIND_ROWS: readonly HelperKindRow[] = [
${rows}];
`;
}
