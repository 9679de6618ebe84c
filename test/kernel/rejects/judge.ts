/** What the kernel says to the programs of a file, and what we make of it. */
import { readFile } from 'node:fs/promises';
import { readBpfObject } from '#core/elf/bpf-object';
import { createExplainer } from '#core/verifier/explain';
import { parseLog } from '#core/verifier/log';
import type { Explanation } from '#core/verifier/model';
import { locate, programLines } from '#core/verifier/position';
import { compileBpf } from '#support/bpf/compile';
import type { ProgramVerdict } from '#support/bpf/loader';

export interface Judged {
  readonly verdict: ProgramVerdict;
  /** Undefined where the program was accepted, or its refusal has no log. */
  readonly explanation: Explanation | undefined;
}

/** The part of a text that a rejection test sets. */
export interface Source {
  readonly text: string;
  readonly flags: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/** By program. To be called in a test. */
export async function judgeSource(
  { text, flags, headers }: Source,
  load: (object: string) => Promise<readonly ProgramVerdict[]>,
): Promise<ReadonlyMap<string, Judged>> {
  const { path } = await compileBpf(text, { flags: ['-Wno-everything', ...flags], headers });
  const object = readBpfObject(await readFile(path)).value;
  const lines = programLines(object);
  const sources = new Map(
    Object.entries({ ...headers, 'program.bpf.c': text }).map(([name, file]) => [name, file.split('\n')]),
  );
  const source = (file: string) => sources.get(file.slice(file.lastIndexOf('/') + 1));
  const explainer = createExplainer();
  const verdicts = await load(path);
  return new Map(
    verdicts.map((verdict) => {
      const { program, section, log } = verdict;
      const [read] = verdict.load === 'ok' ? [] : parseLog(log, { program }).value.programs;
      const own = lines.get(program);
      const options = { section, source, ...(own && { lines: own }) };
      const explanation = read && explainer.explain(locate(read, object).value, options);
      return [program, { verdict, explanation }];
    }),
  );
}
