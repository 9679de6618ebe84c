/** "eBPF: Check Host": whether programs can be built here and run there, and what to do where not. */
import { chooseHosts } from '../run/hosts';
import { requireTrust } from '../workspace-trust';
import type { Command } from './command';
import { checkHostId } from './ids';

export const checkHost: Command = {
  id: checkHostId,
  async run({ memory, hostChecks }) {
    requireTrust('Hosts are checked in trusted workspaces only');
    const hosts = await chooseHosts(memory, { title: 'Check which host?', remember: false });
    if (hosts !== undefined) await hostChecks.show(hosts);
  },
};
