// `npm test`: everything that the project promises, from a fresh clone. docs/testing.md describes the tiers.
//
//   npm test                      all steps
//   npm test -- lint unit kernel  these only
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { setupTestTools } from './setup-test-tools.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);
const chosen = process.argv.slice(2);
const wanted = (step) => chosen.length === 0 || chosen.includes(step);

const rows = [];
if (!existsSync('node_modules') && !(await run('npm', ['ci']))) {
  row('npm ci', { failed: 1 });
  summarise();
  process.exit();
}
setupTestTools();

const { default: vitest } = await import('../vitest.config.mjs');
const tiers = vitest.test.projects.map((project) => project.test.name);
const unknown = chosen.filter((step) => !['build', 'typecheck', 'lint', ...tiers].includes(step));
if (unknown.length > 0) {
  console.error(`no such step: ${unknown.join(', ')}`);
  process.exit(2);
}

// What is tested in an editor or a terminal is what was built.
if (!(await run('npm', ['run', '--silent', 'build']))) row('build', { failed: 1 });
// The checks use one processor: they run beside the first tier, and say what they found after it.
const checks = runChecks(['typecheck', 'lint'].filter(wanted));
for (const tier of tiers.filter(wanted)) {
  console.log(`\n== ${tier}`);
  await timed(tier, () => runTier(tier));
  await checks;
}
await checks;
summarise();

async function runChecks(names) {
  for (const name of names) {
    await timed(name, async () => {
      const { code, output } = await collect('npm', ['run', '--silent', name]);
      console.log(`\n== ${name}\n${output}`);
      return code === 0 ? { passed: 1 } : { failed: 1 };
    });
  }
}

async function timed(name, step) {
  const start = Date.now();
  row(name, { ...(await step()), seconds: (Date.now() - start) / 1000 });
}

function row(
  name,
  { passed = 0, failed = 0, skipped = 0, reasons = {}, failures = [], flaky = [], seconds = 0 },
) {
  rows.push({ name, passed, failed, skipped, reasons, failures, flaky, seconds });
}

async function runTier(tier) {
  const output = join(root, '.cache', 'test', `${tier}.json`);
  mkdirSync(dirname(output), { recursive: true });
  rmSync(output, { force: true });
  process.env.EBPF_TIER_SUMS = output;
  const reporters = ['--reporter=default', '--reporter=./scripts/tier-reporter.mjs'];
  const ok = await run(process.execPath, [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    tier,
    ...reporters,
  ]);
  // It stops before it reports where it cannot start or finds no file.
  const sums = existsSync(output) ? JSON.parse(readFileSync(output, 'utf8')) : { failed: 1 };
  if (!ok && sums.failed === 0) sums.failed = 1;
  return demandTests(tier, sums);
}

/** A tier without tests is a mistake. One that skipped them all is too, where the machine is ours to prepare. */
function demandTests(tier, sums) {
  if (sums.failed > 0 || sums.passed > 0) return sums;
  if (sums.skipped > 0 && !process.env.CI) return sums;
  console.error(`${tier}: no test ran`);
  return { ...sums, failed: 1 };
}

function summarise() {
  const total = (key) => rows.reduce((sum, one) => sum + one[key], 0);
  console.log(`\n${'step'.padEnd(10)}  passed  failed  skipped  seconds`);
  for (const { name, passed, failed, skipped, seconds } of rows) {
    const cells = [
      [passed, 6],
      [failed, 6],
      [skipped, 7],
      [seconds.toFixed(0), 7],
    ];
    console.log([name.padEnd(10), ...cells.map(([cell, width]) => String(cell).padStart(width))].join('  '));
  }
  for (const { name, failures } of rows)
    for (const failure of failures) console.log(`${name}: failed: ${failure}`);
  for (const { name, flaky } of rows)
    for (const test of flaky) console.log(`${name}: passed at the second try: ${test}`);
  for (const { name, reasons } of rows) {
    for (const [reason, count] of Object.entries(reasons))
      console.log(`${name}: ${count} skipped: ${reason}`);
  }
  process.exitCode = total('failed') > 0 ? 1 : 0;
  console.log(`${total('passed')} passed, ${total('failed')} failed, ${total('skipped')} skipped`);
}

async function run(command, args) {
  const [code] = await once(spawn(command, args, { stdio: 'inherit' }), 'close');
  return code === 0;
}

/** Runs it without showing what it prints. */
async function collect(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, output: out + err };
}
