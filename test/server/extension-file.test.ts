/** The file that VS Code loads in every C project. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('is small, and loads the rest of the extension by itself', () => {
  const text = readFileSync(fileURLToPath(new URL('../../dist/extension.js', import.meta.url)), 'utf8');
  const required = new Set([...text.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name));
  expect([...required].sort()).toEqual(['./extension-main', 'vscode']);
  expect(text.length).toBeLessThan(16_384);
});
