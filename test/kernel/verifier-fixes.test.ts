/**
 * Every fix that is offered for a refused program of rejects/ and fixes/ is applied, compiled without a new warning, and
 * accepted by the running kernel.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { verdictOf } from '#core/messages/verdict-fixes';
import type { Explanation } from '#core/verifier/model';
import type { Span } from '#server/analysis/model';
import type { Fix } from '#server/checks/check';
import { verdictFixes } from '#server/fixes/index';
import { createHeaderStore } from '#server/headers/store';
import type { DocumentView } from '#server/view';
import { testAnalyzer } from '#support/analyzer';
import { compileBpf, vmlinuxHeader } from '#support/bpf/compile';
import { outcome } from '#support/bpf/judge';
import { applyEdits } from '#support/edits';
import { inParallel } from '#support/in-parallel';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';
import { rejectedFiles, rejectHeaders, rejectsFolder } from './rejects/corpus';
import type { RejectedFile, RejectedProgram } from './rejects/corpus';
import { judgeSource } from './rejects/judge';
import { loadRejected, whyNotLoaded } from './rejects/load';

/** Mistakes of which the edits matter more than the kernel's words. */
const shapes = rejectedFiles(fileURLToPath(new URL('./fixes', import.meta.url)));
const rejects = rejectedFiles(rejectsFolder);
const headers = rejectHeaders(rejectsFolder);

async function viewOf({ name, text }: RejectedFile): Promise<DocumentView> {
  const analyzer = await testAnalyzer();
  const file = analyzer.open(text);
  const source = file.analysis;
  file.dispose();
  const uri = pathToFileURL(join(rejectsFolder, name)).href;
  const roots = [dirname(await vmlinuxHeader())];
  const types = await createHeaderStore(analyzer).load(uri, source.includes, roots);
  return { uri, text, source, headers: types, kernel: await liveKernel() };
}

function fixesOf(view: DocumentView, explanation: Explanation | undefined): readonly Fix[] {
  const verdict = explanation && verdictOf(explanation);
  return verdict ? verdictFixes(view, verdict) : [];
}

/** What clang warns of, without where. */
function warnings(messages: string): readonly string[] {
  return [...messages.matchAll(/ warning: (.*)$/gm)].map((match) => match[1] ?? '').sort();
}

async function compiled(text: string, { flags }: RejectedFile) {
  const { path, messages } = await compileBpf(text, { headers, flags: [...flags, '-Wall'] });
  return { path, warnings: warnings(messages) };
}

/** What is in one list more often than in the other. */
function without(all: readonly string[], known: readonly string[]): readonly string[] {
  const rest = [...all];
  for (const one of known) {
    const at = rest.indexOf(one);
    if (at >= 0) rest.splice(at, 1);
  }
  return rest;
}

interface Fixed {
  readonly program: string;
  readonly rule: string;
  readonly title: string;
  /** `ok`, and what clang warns of that it did not before. */
  readonly outcome: string;
  readonly warnings: readonly string[];
}

interface Offer {
  readonly program: RejectedProgram;
  readonly fix: Fix;
}

/**
 * All that is offered for the programs of a file. Fixes that stay inside of their programs cannot help each other: those
 * of different programs are tried in one text. Each of the others has the file's text for itself.
 */
async function fixedPrograms(file: RejectedFile): Promise<readonly Fixed[]> {
  const view = await viewOf(file);
  const judged = await judgeSource({ ...file, headers }, (object) => loadRejected(object, file));
  const inside: Offer[][] = [];
  const others: Offer[][] = [];
  for (const program of file.programs) {
    let round = 0;
    for (const fix of fixesOf(view, judged.get(program.name)?.explanation)) {
      const offer = { program, fix };
      if (fix.edits.every(({ span }) => isInside(span, program.span))) (inside[round++] ??= []).push(offer);
      else others.push([offer]);
    }
  }
  const rounds = [...inside, ...others];
  if (rounds.length === 0) return [];
  const known = (await compiled(file.text, file)).warnings;
  return (await inParallel(rounds, (round) => tryFixes(file, round, known))).flat();
}

function isInside(span: Span, whole: Span): boolean {
  return whole.start < span.start && span.end < whole.end;
}

/** What the kernel says to the program of each fix when all are applied. */
async function tryFixes(
  file: RejectedFile,
  offers: readonly Offer[],
  known: readonly string[],
): Promise<readonly Fixed[]> {
  const text = applyEdits(
    file.text,
    offers.flatMap(({ fix }) => fix.edits),
  );
  const several = offers.length > 1;
  const object = await compiled(text, file).catch((error: unknown) => {
    if (several) return undefined;
    throw error;
  });
  const news = object && without(object.warnings, known);
  // Which of them it is, each says for itself.
  if (object === undefined || (several && news?.length !== 0))
    return (await inParallel(offers, (offer) => tryFixes(file, [offer], known))).flat();
  const verdicts = await loadRejected(object.path, file, several ? undefined : offers[0]?.program.name);
  return offers.map(({ program: { name, rule }, fix: { title } }) => {
    const verdict = verdicts.find(({ program }) => program === name);
    const said = verdict ? outcome(verdict) : 'not in the object';
    return {
      ...{ program: `${file.name} ${name}`, rule, title, warnings: news ?? [] },
      outcome: said === 'ok' ? said : `${said}: ${verdict?.log.slice(-1500) ?? ''}`,
    };
  });
}

describeUnless(whyNotLoaded(), 'fixes of rejected programs', () => {
  const fixed: Fixed[] = [];

  for (const file of [...rejects, ...shapes]) {
    it(`are accepted by the kernel in ${file.name}`, async () => {
      const own = await fixedPrograms(file);
      fixed.push(...own);
      expect(own).toEqual(own.map((one) => ({ ...one, outcome: 'ok', warnings: [] })));
    });
  }

  it('are there for at least 75 programs of rejects/, for more than 40 rules', () => {
    const names = new Set(rejects.map(({ name }) => name));
    const own = fixed.filter(({ program }) => names.has(program.split(' ', 1)[0] ?? ''));
    expect(new Set(own.map(({ program }) => program)).size).toBeGreaterThanOrEqual(75);
    expect(new Set(own.map(({ rule }) => rule)).size).toBeGreaterThan(40);
  });

  it('are there for each program of fixes/', () => {
    const all = shapes.flatMap(({ name, programs }) => programs.map((program) => `${name} ${program.name}`));
    expect(all.filter((name) => !fixed.some(({ program }) => program === name))).toEqual([]);
  });
});
