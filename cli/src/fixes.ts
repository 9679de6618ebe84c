/** Edits that make the verifier accept what it refused, as the editor's lightbulb offers them. */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { verdictOf } from '#core/messages/verdict-fixes';
import type { Explanation } from '#core/verifier/model';
import type { Fix } from '#server/checks/check';
import { verdictFixes } from '#server/fixes/index';
import { createHeaderStore } from '#server/headers/store';
import { openAnalyzer } from './analyzer';
import { MissingError } from './command';
import type { Io } from './command';
import { chooseKernel } from './kernel';
import type { ChosenKernel } from './kernel';
import type { SourceFiles } from './sources';

export interface ProposedFix extends Fix {
  /** The file that is edited, as the explanation's labels name it, and what is in it. */
  readonly file: string;
  readonly text: string;
}

/** None for an explanation that was not asked about. */
export type Fixes = (explanation: Explanation) => readonly ProposedFix[];

/** Fixes of all explanations whose source is there; types are those of the kernel that `check` takes. */
export async function proposeFixes(
  explanations: readonly Explanation[],
  io: Io,
  sources: SourceFiles,
): Promise<Fixes> {
  const fixes = new Map<Explanation, readonly ProposedFix[]>();
  const placed = explanations.filter(({ labels: [first] }) => sources.path(first?.position.file ?? ''));
  const kernel = placed.length > 0 ? await kernelOf(io) : undefined;
  if (kernel) {
    const analyzer = await openAnalyzer(io);
    const headers = createHeaderStore(analyzer);
    for (const explanation of placed) {
      const file = explanation.labels[0]?.position.file ?? '';
      const path = sources.path(file) ?? '';
      const verdict = verdictOf(explanation);
      const text = await readFile(path, 'utf8');
      const uri = pathToFileURL(path).href;
      const opened = analyzer.open(text);
      try {
        const source = opened.analysis;
        const types = await headers.load(uri, source.includes, [io.cwd, dirname(path)]);
        const view = { uri, text, source, headers: types, kernel: kernel.view };
        const found = verdict ? verdictFixes(view, verdict) : [];
        fixes.set(
          explanation,
          found.map((fix) => ({ ...fix, file, text })),
        );
      } finally {
        opened.dispose();
      }
    }
    await kernel.idle;
  }
  return (explanation) => fixes.get(explanation) ?? [];
}

/** Without one there are no fixes: what the kernel said is worth more than how to mend it. */
function kernelOf(io: Io): Promise<ChosenKernel | undefined> {
  return chooseKernel(undefined, io).catch((error: unknown) => {
    if (error instanceof MissingError) return undefined;
    throw error;
  });
}
