/** A kfunc in Markdown: its prototype, and what the names of its parameters promise (Documentation/bpf/kfuncs.rst). */
import type { KernelIndex } from '#core/kernel/model';
import type { Kfunc } from '../kfuncs/kfuncs';
import { code, inline, paragraphs } from './markdown';
import { provenanceLine } from './provenance';

const suffixes: readonly (readonly [suffix: RegExp, meaning: string])[] = [
  [/__szk$/, 'how many bytes the parameter before it has; a constant'],
  [/__sz$/, 'how many bytes the parameter before it has'],
  [/__k$/, 'a constant'],
  [/__ign$/, 'the verifier does not check it'],
  [/__uninit$/, 'it need not be initialised'],
  [/__nullable$/, 'may be NULL'],
  [/__opt$/, 'may be NULL'],
  [/__str$/, 'a constant string'],
  [/__alloc$/, 'allocated by bpf_obj_new()'],
  [/__refcounted_kptr$/, 'a pointer with a reference count'],
  [/__map$/, 'a map'],
  [/__irq_flag$/, 'on the stack, for the state of interrupts'],
  [/__(?:prog|aux)$/, 'given by the verifier'],
];

export function describeKfunc(index: KernelIndex, kfunc: Kfunc): string {
  return paragraphs([
    code(`extern ${kfunc.prototype} __ksym;`),
    kfuncText(kfunc),
    `*${provenanceLine(index.provenance)}*`,
  ]);
}

/** Without its prototype. What it acquires, releases or may return is not in BTF. */
export function kfuncText({ parameters }: Kfunc): string {
  const meanings = parameters.flatMap(({ name }) => {
    const meaning = kfuncParameterText(name);
    return meaning === '' ? [] : [`${inline(name)}: ${meaning}`];
  });
  return paragraphs([
    'A function of the kernel that BPF programs may call. Which of them, and whether it acquires, releases, sleeps or returns NULL, its BTF does not say.',
    meanings.length > 0 ? meanings.map((line) => `- ${line}`).join('\n') : undefined,
  ]);
}

export function kfuncParameterText(name: string): string {
  return suffixes.find(([suffix]) => suffix.test(name))?.[1] ?? '';
}
