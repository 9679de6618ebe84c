/** The analysis of C, with the grammar that lies beside the command line's bundle. */
import { join } from 'node:path';
import type { Analyzer } from '#server/analysis/analyzer';
import { createAnalyzer } from '#server/analysis/create-analyzer';
import type { Io } from './command';

export function openAnalyzer({ dist }: Pick<Io, 'dist'>): Promise<Analyzer> {
  return createAnalyzer({
    runtime: join(dist, 'web-tree-sitter.wasm'),
    grammar: join(dist, 'tree-sitter-c.wasm'),
  });
}
