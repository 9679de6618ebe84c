/** `npm run bench`. Needs clangd, bpftool, sshd and a readable kernel with BTF and tracefs. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capturing } from './capturing';
import { everything } from './everything';
import { measureFloor } from './floor';
import { indexOnce } from './index-worker';
import { indexing } from './indexing';
import { listing } from './listing';
import { report } from './report';
import { running } from './running';
import type { Section } from './section';
import { servers } from './servers';
import { throughput } from './throughput';
import { verifierLog } from './verifier-log';
import { makeWorkspace } from './workspace';

const sections: readonly Section[] = [
  servers,
  everything,
  indexing,
  capturing,
  listing,
  running,
  throughput,
  verifierLog,
];

/** All sections are written to docs/performance.md; some of them are only shown. */
async function bench(root: string, names: readonly string[]): Promise<void> {
  const unknown = names.find((name) => !sections.some((section) => section.name === name));
  if (unknown !== undefined)
    throw new Error(`no section ${unknown}; there are ${sections.map(({ name }) => name).join(', ')}`);
  const chosen = sections.filter(({ name }) => names.length === 0 || names.includes(name));
  const workspace = makeWorkspace();
  const common = {
    ...{ root, dist: join(root, 'dist'), worker: process.argv[1] ?? '', workspace },
    floor: await measureFloor(15, 600),
  };
  const texts: string[] = [];
  for (const section of chosen) {
    process.stderr.write(`${section.name} …\n`);
    texts.push(await section.measure(common));
  }
  const text = report(texts, new Date().toISOString().slice(0, 10));
  if (names.length === 0) writeFileSync(join(root, 'docs', 'performance.md'), text);
  process.stdout.write(text);
}

const [, , first = '', ...rest] = process.argv;
if (first === 'index') void indexOnce(rest[0] ?? '', rest[1] ?? '', rest[2]);
else void bench(first, rest);
