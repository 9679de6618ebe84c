/** A variable that libbpf fills in, in Markdown. */
import type { KernelIndex } from '#core/kernel/model';
import type { ExternDef } from '../analysis/model';
import { madeUpSetting, settingValue } from '../externs/settings';
import { externText, variableNamed, type Variable } from '../externs/variables';
import { code, inline, paragraphs } from './markdown';
import { provenanceLine } from './provenance';

export function describeVariable(index: KernelIndex, { name, type, isArray }: ExternDef): string {
  const variable = variableNamed(index.types, name);
  const isUntyped = type === 'void' && !isArray;
  return paragraphs(
    [
      variable && code(externText(variable)),
      variable
        ? variableText(variable)
        : !isUntyped && 'The BTF of this kernel has no variable of this name.',
      isUntyped &&
        'Declared `void`, it is found by its address among all symbols of the kernel, which are not known here: read it with `bpf_probe_read_kernel()`.',
      `*${provenanceLine(index.provenance)}*`,
    ].map((part) => part || undefined),
  );
}

export function variableText({ name, size, isPerCpu }: Variable): string {
  const bytes = size === 1 ? '1 byte' : `${size} bytes`;
  if (!isPerCpu) return `A variable of the kernel, ${bytes}.`;
  return `A variable of the kernel with ${bytes} on each CPU: ${inline(`bpf_this_cpu_ptr(&${name})`)} is its address on the current one, ${inline(`bpf_per_cpu_ptr(&${name}, cpu)`)} on another, NULL where there is none of that number.`;
}

export function describeSetting(index: KernelIndex, name: string): string {
  const known = madeUpSetting(name);
  if (!known) {
    return paragraphs([
      'An option of the kernel’s configuration. libbpf reads it from `/boot/config-…` or `/proc/config.gz` of the host when it loads the object: `y`, `m` and `n` into `bool` (not `m`), `char` or `enum libbpf_tristate`, numbers into integers, texts into arrays of `char`.',
      'One that is not set is 0 where it is declared `__weak`; else libbpf does not load the object.',
    ]);
  }
  const value = settingValue(index, name);
  return paragraphs([
    code(known.declaration),
    `${known.meaning} libbpf fills it in; the verifier leaves out branches that it excludes.`,
    value && `Here: ${inline(value.text)}`,
    `*${provenanceLine(index.provenance)}*`,
  ]);
}
