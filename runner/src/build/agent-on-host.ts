/** The agent, compiled on a host for which none is built. */
import { RunFailure } from '../failure/failure';
import { quoteAll } from '../shell/quote';
import type { RemoteShell } from '../shell/remote-shell';

const install =
  'Install what it takes there (Debian: apt install gcc libbpf-dev libelf-dev zlib1g-dev; Fedora: dnf install gcc libbpf-devel elfutils-libelf-devel zlib-devel).';

/** Leaves it as `agent`. Returns what was done, for the step. */
export async function compileAgent(
  host: string,
  shell: RemoteShell,
  sources: ReadonlyMap<string, Uint8Array>,
): Promise<string> {
  const { machine, has } = shell.facts;
  if (!has.has('cc')) {
    throw new RunFailure(
      'agent-missing',
      `no agent is built for ${machine}, and ${host} has no C compiler`,
      install,
    );
  }
  const names = [...sources.keys()].map((name) => name.replace(/^.*\//, ''));
  for (const [name, text] of sources) await shell.put(`work/${name.replace(/^.*\//, '')}`, text);
  const files = names.filter((name) => name.endsWith('.c'));
  const argv = ['cc', '-O2', '-pthread', '-o', '../agent', ...files, '-lbpf', '-lelf', '-lz'];
  const { code, err } = await shell.work(quoteAll(argv));
  if (code === 0) return `compiled on ${host}`;
  throw new RunFailure(
    'agent-missing',
    `no agent is built for ${machine}, and ${host} cannot compile it`,
    install,
    err,
  );
}
