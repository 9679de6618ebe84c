/** What the kernel of a guest says to the programs of a BPF object: the loader of ../bpf, linked statically. */
import { readFile } from 'node:fs/promises';
import { buildLoader, parseVerdicts } from '#support/bpf/loader';
import type { ProgramVerdict } from '#support/bpf/loader';
import { arm64Compiler, arm64Sysroot } from '../../../scripts/arm64-sysroot.mjs';
import type { Architecture } from './catalog';
import type { Guest } from './guest';
import { quoted } from './ssh';

const loader = '/tmp/bpf-loader';
const notFound = 127;

/** As `loadPrograms`. The loader is uploaded with the first object and stays as long as the guest runs. */
export async function loadInGuest(
  guest: Guest,
  objectPath: string,
  options: { readonly attach: boolean },
): Promise<readonly ProgramVerdict[]> {
  const input = await readFile(objectPath);
  const object = '/tmp/program.bpf.o';
  const verify = [loader, 'verify', ...(options.attach ? ['--attach'] : []), object].map(quoted).join(' ');
  // Detaching waits for RCU, 30 ms and more for each tracepoint, or 7 where its grace periods are expedited.
  const prepare = options.attach ? 'echo 1 > /sys/kernel/rcu_expedited && ' : '';
  const command = `[ -x ${loader} ] || exit ${notFound}
cat > ${object} && ${prepare}${verify}; status=$?; rm ${object}; exit $status`;
  const first = await guest.exec(command, { input });
  if (first.code === 0) return parseVerdicts(first.stdout.toString());
  if (first.code !== notFound)
    throw new Error(`the loader ended with ${first.code ?? 'a signal'}:\n${first.stderr}`);
  await guest.upload(await readFile(await staticLoader(guest.spec.arch)), loader);
  return parseVerdicts((await guest.mustExec(command, { input })).toString());
}

async function staticLoader(arch: Architecture): Promise<string> {
  return arch === 'arm64'
    ? buildLoader(arm64Compiler, ['-static', '-s', ...(await arm64Sysroot())])
    : buildLoader('cc', ['-static', '-s']);
}
