/** What the editor says of the examples and snippets, on every bundled kernel: nothing of the right ones, and each mistake. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { testAnalyzer } from '#support/analyzer';
import { bundledKernelIds, bundledView, severalKernels } from '#support/bundled';
import { findingsOf } from '#support/check-fixture';
import { expandSnippet, readSnippets } from '#support/snippets';

const folder = new URL('../../examples/', import.meta.url);
const example = (name: string) => readFileSync(new URL(name, folder), 'utf8');
const lineAt = (text: string, offset: number) => text.slice(0, offset).split('\n').length;

const programs = readdirSync(folder).filter((name) => name.endsWith('.bpf.c') && name !== 'mistakes.bpf.c');
const wholePrograms = readSnippets().filter(({ body }) => body.includes('#include'));

describe.each(bundledKernelIds)('on %s', async (id) => {
  const analyzer = await testAnalyzer();
  const kernel = await bundledView(id);

  it.each(programs)('%s is fine', async (name) => {
    expect(await findingsOf(example(name), { analyzer, kernel })).toEqual([]);
  });

  it.each(wholePrograms)('the snippet $name is fine', async ({ body }) => {
    expect(await findingsOf(expandSnippet(body), { analyzer, kernel })).toEqual([]);
  });

  it('mistakes.bpf.c has the mistakes that its comments announce, and no other', async () => {
    const text = example('mistakes.bpf.c');
    const announced = [...text.matchAll(/^\/\* (?<code>[a-z]+(?:-[a-z]+)+): /gm)];
    const findings = await findingsOf(text, { analyzer, kernel });
    expect(findings.map(({ code }) => code).sort()).toEqual(
      announced.map(({ groups }) => groups?.['code']).sort(),
    );
    for (const finding of findings) {
      const comment = announced.findLast(({ index }) => index < finding.span.start);
      expect(comment?.groups?.['code'], `line ${lineAt(text, finding.span.start)}`).toBe(finding.code);
    }
  });
});

describe('for all bundled kernels at once', async () => {
  const analyzer = await testAnalyzer();
  const kernel = await severalKernels('6.12-debian-amd64');

  it.each(programs)('%s is fine', async (name) => {
    expect(await findingsOf(example(name), { analyzer, kernel })).toEqual([]);
  });

  it.each(wholePrograms)('the snippet $name is fine', async ({ body }) => {
    expect(await findingsOf(expandSnippet(body), { analyzer, kernel })).toEqual([]);
  });
});
