/** `npm run bench`. Needs clangd, bpftool and a readable kernel with BTF and tracefs. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureFloor } from './floor';
import { indexOnce } from './index-worker';
import { measureIndexing } from './indexing';
import { measure } from './measure';
import { report } from './report';
import { makeWorkspace } from './workspace';

async function bench(root: string): Promise<void> {
  const dist = join(root, 'dist');
  const workspace = makeWorkspace();
  const floor = await measureFloor(15, 600);
  const ours = await measure(
    {
      name: 'ours',
      command: process.execPath,
      // As the extension starts it.
      args: ['--max-semi-space-size=1', join(dist, 'server.js'), '--stdio'],
      initializationOptions: { kernel: { kind: 'bundled', id: '6.18-microvm-amd64' } },
    },
    workspace,
    { starts: 7, samples: 600, knowsSections: true },
  );
  const clangd = await measure(
    { name: 'clangd', command: 'clangd', args: ['--log=error', '--background-index=false'] },
    workspace,
    { starts: 3, samples: 200, knowsSections: false },
  );
  const indexing = measureIndexing(process.argv[1] ?? '', dist, workspace.folder, 9);
  const text = report(
    { floor, ours, clangd, indexing, vmlinuxBytes: workspace.vmlinuxBytes },
    new Date().toISOString().slice(0, 10),
  );
  writeFileSync(join(root, 'docs', 'performance.md'), text);
  process.stdout.write(text);
}

const [, , first = '', ...rest] = process.argv;
if (first === 'index') void indexOnce(rest[0] ?? '', rest[1] ?? '', rest[2]);
else void bench(first);
