// A vitest reporter that writes the sums of one tier, and why tests were skipped, for scripts/test.mjs.
import { writeFileSync } from 'node:fs';

export default class TierReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const sums = { passed: 0, failed: unhandledErrors.length, skipped: 0, reasons: {} };
    for (const module of modules) {
      // A file that cannot be imported, a hook that fails: no test says so.
      const tests = [...module.children.allTests()];
      const broken = module.state() === 'failed' && tests.every((test) => test.result().state !== 'failed');
      if (broken) sums.failed++;
      for (const test of tests) {
        const { state, note } = test.result();
        if (state === 'passed') sums.passed++;
        else if (state === 'failed') sums.failed++;
        else {
          sums.skipped++;
          const reason = note ?? test.meta().skipReason ?? 'no reason given';
          sums.reasons[reason] = (sums.reasons[reason] ?? 0) + 1;
        }
      }
    }
    writeFileSync(process.env.EBPF_TIER_SUMS, JSON.stringify(sums));
  }
}
