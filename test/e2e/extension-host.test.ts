/** The extension through VS Code's API: test/e2e/runner/index.js, inside the extension host of each version. */
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { codeServers } from '../support/code-server/install.mjs';
import { runInExtensionHost } from '../support/code-server/session';
import { describeUnless } from '../support/requirement';
import { expandSnippet, readSnippets } from '../support/snippets';

const tier = inject('e2e');
const runner = join(import.meta.dirname, 'runner');
const folder = join(import.meta.dirname, 'fixtures', 'workspace');

/** The snippets of each file in a row, as the tests of their C expand them. */
function expandedFiles(): readonly string[] {
  const snippets = readSnippets();
  return [...new Set(snippets.map(({ file }) => file))].map((file) =>
    snippets
      .filter((snippet) => snippet.file === file)
      .map(({ body }) => expandSnippet(body))
      .join('\n'),
  );
}

describeUnless('skip' in tier ? tier.skip : undefined, 'in the extension host', () => {
  it.each(codeServers)('of VS Code $vscode all checks pass', async ({ version }) => {
    const vsix = 'vsix' in tier ? tier.vsix : '';
    const settings = { 'ebpf.kernel': { kind: 'bundled', id: '6.1-debian-amd64' } };
    const { code, log } = await runInExtensionHost({ version, vsix, folder, settings }, runner);
    const verdicts = log.split('\n').filter((line) => line.includes('ebpf-check'));
    expect(code, verdicts.join('\n')).toBe(0);
    const inserted = [...log.matchAll(/ebpf-snippets (?<base64>[A-Za-z0-9+/=]+)/g)];
    expect(inserted.map(({ groups }) => Buffer.from(groups?.['base64'] ?? '', 'base64').toString())).toEqual(
      expandedFiles(),
    );
  });
});
