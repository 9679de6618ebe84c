// A vitest reporter that writes the sums of one tier, which tests failed or
// passed at the second try only, and why some were skipped, for scripts/test.mjs.
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

export default class TierReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const sums = {
      passed: 0,
      failed: unhandledErrors.length,
      skipped: 0,
      reasons: {},
      failures: [],
      flaky: [],
    };
    for (const error of unhandledErrors) sums.failures.push(`outside a test: ${firstLine(error)}`);
    for (const module of modules) {
      const file = relative(process.cwd(), module.moduleId);
      // A file that cannot be imported, a hook that fails: no test says so.
      const tests = [...module.children.allTests()];
      const broken = module.state() === 'failed' && tests.every((test) => test.result().state !== 'failed');
      if (broken) {
        sums.failed++;
        sums.failures.push(`${file}: ${firstLine(module.errors()[0])}`);
      }
      for (const test of tests) {
        const { state, note, errors } = test.result();
        if (state === 'passed') {
          sums.passed++;
          if (test.diagnostic()?.flaky)
            sums.flaky.push(`${file} > ${test.fullName}: ${firstLine(errors?.[0])}`);
        } else if (state === 'failed') {
          sums.failed++;
          sums.failures.push(`${file} > ${test.fullName}: ${firstLine(errors[0])}`);
        } else {
          sums.skipped++;
          const reason = note ?? test.meta().skipReason ?? 'no reason given';
          sums.reasons[reason] = (sums.reasons[reason] ?? 0) + 1;
        }
      }
    }
    writeFileSync(process.env.EBPF_TIER_SUMS, JSON.stringify(sums));
  }
}

function firstLine(error) {
  return String(error?.message ?? 'a hook failed').split('\n', 1)[0];
}
