/** Checks a text that no editor has open: for the command line and for tests. */
import type { BpfObject } from '#core/elf/bpf-object';
import type { Analyzer } from './analysis/analyzer';
import type { Include } from './analysis/model';
import { runChecks } from './checks';
import type { Finding } from './checks/check';
import { noHeaders } from './headers/store';
import type { HeaderTypes, KernelView } from './view';

export interface CheckSourceOptions {
  readonly analyzer: Analyzer;
  readonly kernel: KernelView;
  /** `file:` URI of the text, for its includes; a text without one has none. */
  readonly uri?: string;
  /** What was made of this text by a compiler. */
  readonly object?: BpfObject | undefined;
  readonly headers?: (uri: string, includes: readonly Include[]) => Promise<HeaderTypes>;
}

export async function checkSource(text: string, options: CheckSourceOptions): Promise<readonly Finding[]> {
  const { analyzer, kernel, uri = 'untitled:', headers, object } = options;
  const file = analyzer.open(text);
  try {
    const source = file.analysis;
    const types = (await headers?.(uri, source.includes)) ?? noHeaders;
    return runChecks({ uri, text, source, headers: types, kernel, ...(object && { object }) });
  } finally {
    file.dispose();
  }
}
