/**
 * The file that clients start. It runs main.ts from V8's code cache (../bundles.ts): compiling the server anew costs a
 * quarter of the time to the first completion, and half of that to the first diagnostics. The same goes for the bundles
 * that main.ts imports later.
 */
import { launch } from '../bundles';

/**
 * For what comes after the first answer: its memory, and that no answer waits long. The parser's WebAssembly stays with V8's
 * baseline compiler: optimising it takes 30 MB and both cores just when the next answers are due, and chunks of a few kB
 * never earn that back. A small heap need not grow much before it is collected, and requests leave little behind: answers
 * are as fast, and 60 MB less is resident with a large file. JavaScript is optimised when it has run four times as long as
 * V8 asks for: what is hot is found as well, and the slowest answers of a session's first minute, beside which much else was
 * optimised, cost a fifth less processor time.
 *
 * Not before the first answer, and not as arguments of Node: V8 refuses each code cache that was made under other flags,
 * that of Node's own modules too, which costs 15 ms.
 */
const late = [
  '--liftoff-only',
  '--heap-growing-percent=20',
  '--semi-space-growth-factor=1',
  '--interrupt-budget=270000',
];
/** Node 20's V8 as it was before, with what `--liftoff-only` implies. */
const early = [
  '--no-liftoff-only',
  '--wasm-tier-up',
  '--wasm-dynamic-tiering',
  '--heap-growing-percent=0',
  '--semi-space-growth-factor=2',
  '--interrupt-budget=67584',
];

launch(__dirname, 'server-main.js', { later: ['server-later.js', 'server-analysis.js'], late, early });
