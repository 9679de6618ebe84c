import { expect, it } from 'vitest';
import type { Analyzer } from '#server/analysis/analyzer';
import { createHeaderStore } from '#server/headers/store';

it('knows that it sees not all headers of a document that is no file', async () => {
  const noAnalyzer: Analyzer = {
    open() {
      throw new Error('nothing to parse');
    },
  };
  const store = createHeaderStore(noAnalyzer);
  const complete = async (...paths: readonly string[]) => {
    const includes = paths.map((path) => ({ path, system: false, span: { start: 0, end: 0 } }));
    return (await store.load('untitled:Untitled-1', includes, [])).complete;
  };
  expect(await complete('vmlinux.h', 'bpf/bpf_helpers.h')).toBe(true);
  // `#define sk_family __sk_common.skc_family` may be there.
  expect(await complete('vmlinux.h', 'tracing_net.h')).toBe(false);
});
