/** Runs the checks over a C fixture and compares the findings with its caret comments: all of them, and no other. */
import { expect } from 'vitest';
import { checkSource } from '#server/check-source';
import { noHeaders } from '#server/headers/store';
import type { Finding } from '#server/checks/check';
import type { HeaderTypes, KernelView } from '#server/view';
import type { Analyzer } from '#server/analysis/analyzer';
import { parseMarkers } from './markers';

export interface FixtureContext {
  readonly analyzer: Analyzer;
  readonly kernel: KernelView;
  readonly headers?: HeaderTypes;
  /** The source is checked as it is. Otherwise one without a license gets one, behind its end. */
  readonly ownLicense?: true;
}

/** Every expectation of the source is found, in order, and nothing else is. Returns the findings for more questions. */
export async function checkFixture(source: string, context: FixtureContext): Promise<readonly Finding[]> {
  const { text, expectations } = parseMarkers(source);
  const findings = await findingsOf(text, context);
  const shown = findings.map(({ span, severity, code }) => `${at(text, span)} ${severity}[${code}]`);
  expect(shown.sort()).toEqual(
    expectations.map(({ span, severity, code }) => `${at(text, span)} ${severity}[${code}]`).sort(),
  );
  for (const { span, message } of expectations) {
    if (message === '') continue;
    const there = findings.filter(
      (finding) => finding.span.start === span.start && finding.span.end === span.end,
    );
    expect(there.map((finding) => finding.message).join('\n')).toContain(message);
  }
  return findings;
}

export function findingsOf(
  text: string,
  { analyzer, kernel, headers, ownLicense }: FixtureContext,
): Promise<readonly Finding[]> {
  const license =
    ownLicense || text.includes('"license"') ? '' : '\nchar LICENSE[] SEC("license") = "GPL";\n';
  return checkSource(text + license, {
    analyzer,
    kernel,
    uri: 'file:///fixture.bpf.c',
    headers: () => Promise.resolve(headers ?? noHeaders),
  });
}

/** The text after the first (or the named) fix of a finding. */
export function applyFix(text: string, finding: Finding, title?: string): string {
  const fix =
    title === undefined
      ? finding.fixes[0]
      : finding.fixes.find((candidate) => candidate.title.includes(title));
  if (!fix)
    throw new Error(`no such fix among ${finding.fixes.map((candidate) => candidate.title).join(', ')}`);
  return [...fix.edits]
    .sort((a, b) => b.span.start - a.span.start)
    .reduce((out, { span, newText }) => out.slice(0, span.start) + newText + out.slice(span.end), text);
}

function at(text: string, span: { readonly start: number; readonly end: number }): string {
  const line = text.slice(0, span.start).split('\n').length;
  return `line ${line} \`${text.slice(span.start, span.end)}\``;
}
