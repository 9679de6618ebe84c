/** "eBPF: Check Host": whether programs can be built here and run there, and what to do where not. */
import * as vscode from 'vscode';
import { chooseHosts } from '../run/hosts';
import type { Command } from './command';
import { checkHostId } from './ids';

export const checkHost: Command = {
  id: checkHostId,
  async run({ memory, hostChecks }) {
    if (!vscode.workspace.isTrusted)
      throw new Error('Hosts are checked in trusted workspaces only: trust this one first.');
    const hosts = await chooseHosts(memory, { title: 'Check which host?', remember: false });
    if (hosts !== undefined) await hostChecks.show(hosts);
  },
};
