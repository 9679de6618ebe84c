/** The analyzer on the packages' own wasm files: tests need no build. */
import { createRequire } from 'node:module';
import { createAnalyzer } from '#server/analysis/create-analyzer';
import type { Analyzer } from '#server/analysis/analyzer';

const require = createRequire(import.meta.url);

export function testAnalyzer(): Promise<Analyzer> {
  return createAnalyzer({
    runtime: require.resolve('web-tree-sitter/web-tree-sitter.wasm'),
    grammar: require.resolve('tree-sitter-c/tree-sitter-c.wasm'),
  });
}
