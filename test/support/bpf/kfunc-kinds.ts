/** Which kinds of programs may call which functions of the kernel, as kernels say; scripts/probe-kfuncs.mjs makes a table of it. */
import { kfuncKind, type ProgramKind } from '#core/bpf/program-kind';
import { rangesOf } from '#core/bpf/ranges';
import { SECTIONS } from '#core/bpf/section-table';
import type { SectionDef } from '#core/bpf/sections';
import type { TypeIndex } from '#core/btf/types';
import { kfuncNames } from '#server/kfuncs/kfuncs';
import { operationNames, operationsNamed } from '#server/traced/struct-ops';
import { bootGuest } from '#support/guests/guest';
import { readGuestKernel } from '#support/guests/kernel';
import { liveKernel } from '#support/live-kernel';
import { ask, guestProber, localProber, sectionOfKind, targetsOf, type Prober } from './probe';
import { kindRows, loadableForms } from './program-forms';

export interface KfuncKinds {
  /** Those that the verifier says something of, sorted. */
  readonly names: readonly string[];
  /** By kind, those that it may call; no entry for a kind that the kernel does not load. */
  readonly callable: ReadonlyMap<ProgramKind, ReadonlySet<string>>;
}

/**
 * What the verifier says of a call that such programs may not make, whatever its arguments. Source: check_kfunc_call(). Up to
 * 6.4 it looks at the arguments before it looks whether the program may sleep.
 */
export const unavailable =
  /^(?:calling kernel function \S+ is not allowed|program must be sleepable to call sleepable kfunc |kernel function \S+ is sleepable but the program is not|css_task_iter is only allowed in )/;

/** What it says before it comes to that, in add_kfunc_call(), and of a call that is the compiler's. */
const beside =
  /^(?:metadata kfuncs |cannot find address |The function \S+ (?:has|with|return) |unexpected __bpf_trap|no such function)/;

/** A section of each kind. */
export function kfuncSections(): ReadonlyMap<ProgramKind, SectionDef> {
  const sections = new Map(sectionOfKind());
  for (const def of SECTIONS) {
    const kind = kfuncKind(def);
    if (kind !== undefined && !sections.has(kind) && def.programType === 'BPF_PROG_TYPE_STRUCT_OPS')
      sections.set(kind, def);
  }
  return sections;
}

/** @param asked names of functions that the kernel has */
export async function kfuncKinds(
  types: TypeIndex,
  asked: readonly string[],
  prober: Prober,
): Promise<KfuncKinds> {
  const operations = operationNames(types)
    .flatMap((name) => operationsNamed(types, name))
    .map(({ struct, name }) => `${struct}.${name}`);
  const targets = (def: SectionDef): readonly (string | undefined)[] =>
    def.programType === 'BPF_PROG_TYPE_STRUCT_OPS' ? operations : targetsOf(def);
  const kinds = await loadableForms(kfuncSections(), targets, prober);
  const callable = new Map([...kinds.keys()].map((kind) => [kind, new Set<string>()]));
  const unjudged = new Set<string>();
  const rounds = Math.max(0, ...[...kinds.values()].map((forms) => forms.length));
  for (let round = 0; round < rounds; round++) {
    const calls = [...kinds].flatMap(([kind, forms]) => {
      const form = forms[round];
      const known = callable.get(kind);
      if (form === undefined || known === undefined) return [];
      return asked
        .filter((name) => !known.has(name) && !unjudged.has(name))
        .map((name) => ({ known, name, def: form.def, target: form.target, asks: { kfunc: name } }));
    });
    const answers = await ask(calls, prober);
    for (const [n, { known, name }] of calls.entries()) {
      const line = answers[n]?.line ?? 'no such function';
      if (beside.test(line)) unjudged.add(name);
      else if (!unavailable.test(line)) known.add(name);
    }
  }
  return { names: asked.filter((name) => !unjudged.has(name)).sort(), callable };
}

interface Asked extends KfuncKinds {
  readonly release: string;
}

const guestIds = ['6.1-amd64', '6.12-amd64'] as const;

/** Functions that the kernel's lists of BTF numbers have, its lists of kfuncs among them: of kernels that do not tag kfuncs. */
const listed = String.raw`sed -n 's/.* __BTF_ID__func__\(.*\)__[0-9]*$/\1/p' /proc/kallsyms | sort -u`;

/** The generated file. Asks three kernels. */
export async function kfuncKindsSource(log: (text: string) => void): Promise<string> {
  const live = await liveKernel();
  const tagged = new Set(kfuncNames(live.index.types));
  const kernels: Asked[] = [];
  // The newest first: of what it tags, the older ones have functions that are no kfuncs yet.
  const { release } = live.index.provenance;
  kernels.unshift({ release, ...(await kfuncKinds(live.index.types, [...tagged], localProber)) });
  for (const id of [...guestIds].reverse()) {
    const guest = await bootGuest(id);
    try {
      const { types, provenance } = (await readGuestKernel(guest)).view.index;
      for (const name of kfuncNames(types)) tagged.add(name);
      const names = new Set([...tagged, ...(await guest.mustExec(listed)).toString().split('\n')]);
      const asked = [...names].filter((name) => types.func(name) !== undefined);
      const found = await kfuncKinds(types, asked, await guestProber(guest));
      // Of the rest, which no program may call, nothing says that they are meant for programs.
      const offered = new Set([...found.callable.values()].flatMap((names) => [...names]));
      const known = found.names.filter((name) => tagged.has(name) || offered.has(name));
      for (const name of known) tagged.add(name);
      kernels.unshift({ release: provenance.release, ...found, names: known });
    } finally {
      await guest.kill();
    }
  }
  for (const { release, names, callable } of kernels)
    log(`${release}: ${names.length} functions, ${callable.size} kinds`);
  return sourceOf(kernels);
}

function sourceOf(kernels: readonly Asked[]): string {
  const names = [...new Set(kernels.flatMap((kernel) => kernel.names))].sort();
  const numbers = new Map(names.map((name, n) => [name, n]));
  const ranges = (some: Iterable<string>): string =>
    rangesOf([...some].flatMap((name) => numbers.get(name) ?? []));
  const rows = kindRows(kfuncSections().keys(), (kind) =>
    kernels.map(({ callable }) => {
      const names = callable.get(kind);
      return names && ranges(names);
    }),
  );
  return `// Made by scripts/probe-kfuncs.mjs, which asks the verifiers of these kernels about every pair. Do not edit.

/** \`uname -r\` of the kernels that were asked, oldest first. */
export const KFUNC_RELEASES: readonly string[] = [
${kernels.map(({ release }) => `  '${release}',\n`).join('')}];

/** Functions that some of them lets programs call, or tags as kfuncs, sorted; those of modules are not among them. */
export const KFUNC_NAMES: readonly string[] = [
${names.map((name) => `  '${name}',\n`).join('')}];

/** Per kernel, the places in \`KFUNC_NAMES\` of those that it was asked about: \`1-8,11\`. */
export const KFUNC_ASKED: readonly string[] = [
${kernels.map((kernel) => `  '${ranges(kernel.names)}',\n`).join('')}];

/**
 * Kinds of programs (program-kind.ts) and, per kernel, the places of those that they may call; undefined where the kernel was
 * not asked, since it does not load such programs at all.
 */
export type KfuncKindRow = readonly [kinds: readonly string[], callable: readonly (string | undefined)[]];

export const KFUNC_KIND_ROWS: readonly KfuncKindRow[] = [
${rows}];
`;
}
