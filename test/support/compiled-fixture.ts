/** Programs with the objects that they were compiled to: test/unit/object/fixtures, by clang -target bpf -O2 -g, llvm-strip -g. */
import { readFileSync } from 'node:fs';
import { readBpfObject } from '#core/elf/bpf-object';
import { checkSource } from '#server/check-source';
import type { Finding } from '#server/checks/check';
import { testAnalyzer } from './analyzer';
import { severalKernels } from './bundled';
import type { BundledId } from './bundled';

const fixtures = new URL('../unit/object/fixtures/', import.meta.url);

export interface CompiledOptions {
  /** Also checked, as `alsoCheck` says. */
  readonly others?: readonly BundledId[];
  /** Instead of what the object was made of. */
  readonly text?: string;
  readonly withObject?: boolean;
}

/** `calls`: calls.bpf.c and calls.o. */
export function compiledFixture(name: string) {
  const source = readFileSync(new URL(`${name}.bpf.c`, fixtures), 'utf8');
  const { value: object } = readBpfObject(readFileSync(new URL(`${name}.o`, fixtures)));
  const uri = `file:///home/me/${name}.bpf.c`;
  return {
    ...{ source, object, uri },
    async findings(
      target: BundledId,
      { others = [], text = source, withObject = true }: CompiledOptions = {},
    ): Promise<readonly Finding[]> {
      const [analyzer, kernel] = await Promise.all([testAnalyzer(), severalKernels(target, others)]);
      return checkSource(text, { analyzer, kernel, uri, ...(withObject && { object }) });
    },
  };
}

/** `12 bpf_loop error[helper-unavailable]`: the line, from 1, and the text. */
export function placed(text: string, { span, severity, code }: Finding): string {
  const line = text.slice(0, span.start).split('\n').length;
  return `${line} ${text.slice(span.start, span.end)} ${severity}[${code}]`;
}
