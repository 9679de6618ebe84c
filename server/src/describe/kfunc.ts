/** A kfunc in Markdown: its prototype, and what the names of its parameters promise (Documentation/bpf/kfuncs.rst). */
import type { KernelIndex } from '#core/kernel/model';
import { callersOf } from '../kfuncs/availability';
import type { Kfunc } from '../kfuncs/kfuncs';
import { code, inline, paragraphs } from './markdown';
import { provenanceLine } from './provenance';
import { inWords } from './words';

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
    kfuncText(index, kfunc),
    `*${provenanceLine(index.provenance)}*`,
  ]);
}

/** Without its prototype. What it acquires, releases or may return is not in BTF. */
export function kfuncText(index: KernelIndex, { name, parameters }: Kfunc): string {
  const meanings = parameters.flatMap((parameter) => {
    const meaning = kfuncParameterText(parameter.name);
    return meaning === '' ? [] : [`${inline(parameter.name)}: ${meaning}`];
  });
  const callers = callersText(index, name);
  return paragraphs([
    callers === undefined
      ? 'A function of the kernel that BPF programs may call. Which of them, and whether it acquires, releases, sleeps or returns NULL, its BTF does not say.'
      : 'A function of the kernel for BPF programs. Whether it acquires, releases or returns NULL, its BTF does not say.',
    meanings.length > 0 ? meanings.map((line) => `- ${line}`).join('\n') : undefined,
    callers,
  ]);
}

/** Which programs may call it, where kernels were asked; each kernel's own answer where none is like the target. */
export function callersText(index: KernelIndex, name: string): string | undefined {
  const answers = callersOf(index, name).map(({ on: kernels, types, unasked }) => {
    const on = kernels.length === 0 ? '' : ` on ${inWords(kernels)}`;
    if (types === 'every') return `Programs of every type may call it${on}.`;
    const rest =
      unasked.length === 0 ? '' : `; ${inWords(unasked)} ${unasked.length > 1 ? 'were' : 'was'} not asked`;
    return types.length === 0
      ? `No program${rest && ' that was asked'} may call it${on}${rest}.`
      : `Program types that may call it${on}: ${types.join(', ')}${rest}.`;
  });
  return answers.length === 0 ? undefined : answers.join(' ');
}

export function kfuncParameterText(name: string): string {
  return suffixes.find(([suffix]) => suffix.test(name))?.[1] ?? '';
}
