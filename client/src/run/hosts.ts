/** Which hosts a program is run on: asked for once in a workspace, then kept until another choice is made. */
import * as vscode from 'vscode';
import * as v from 'valibot';
import { sshConfigHosts } from '#runner/hosts/ssh-config';
import { localHost } from '#runner/model';
import type { Target } from '#runner/model';
import { readHostGroups, readSshConfig } from './run-settings';

const memoryKey = 'ebpf.hosts';
const Hosts = v.pipe(v.array(v.pipe(v.string(), v.minLength(1))), v.minLength(1));

/** `local`, and names as ssh knows them. */
export type HostNames = readonly string[];

export function targetsOf(hosts: HostNames): readonly Target[] {
  return hosts.map((host): Target => (host === localHost ? { kind: 'local' } : { kind: 'ssh', host }));
}

/** The hosts that were chosen last in this workspace. */
export function chosenHosts(memory: vscode.Memento): HostNames | undefined {
  const hosts = v.safeParse(Hosts, memory.get(memoryKey));
  return hosts.success ? hosts.output : undefined;
}

interface Choice extends vscode.QuickPickItem {
  readonly hosts?: HostNames;
  readonly asks?: 'one' | 'several';
}

/** Undefined where the user chose none. Remembers the choice, unless it is not for running. `single`: one host, no more. */
export async function chooseHosts(
  memory: vscode.Memento,
  { title = 'Run on which host?', remember = true, single = false } = {},
): Promise<HostNames | undefined> {
  const known = await sshConfigHosts(readSshConfig());
  const choice = await vscode.window.showQuickPick(choices(known, chosenHosts(memory), single), {
    title,
    placeHolder: `A host of your ssh configuration, ${single ? '' : 'a group of hosts, '}or this machine`,
    matchOnDescription: true,
  });
  const hosts =
    choice?.asks === 'one'
      ? await askForHost(title)
      : choice?.asks === 'several'
        ? await askForSeveral(known, title)
        : choice?.hosts;
  if (hosts !== undefined && remember) await memory.update(memoryKey, hosts);
  return hosts;
}

function choices(known: readonly string[], last: HostNames | undefined, single: boolean): readonly Choice[] {
  const isLast = (hosts: HostNames) => last?.join('\n') === hosts.join('\n');
  const choice = (icon: string, label: string, hosts: HostNames, description: string): Choice => ({
    label: `$(${icon}) ${label}`,
    description: isLast(hosts) ? `${description} · last used` : description,
    hosts,
  });
  const separator = (label: string): Choice => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const groups = [...readHostGroups()]
    .filter(([, hosts]) => !single || hosts.length === 1)
    .map(([name, hosts]) => choice('server-environment', name, hosts, hosts.join(', ')));
  const all = [
    ...(process.platform === 'linux' ? [choice('vm', 'This machine', [localHost], 'local')] : []),
    ...(groups.length > 0 ? [separator('groups (ebpf.hosts)'), ...groups] : []),
    ...(known.length > 0 ? [separator('ssh configuration')] : []),
    ...known.map((host) => choice('remote', host, [host], '')),
  ];
  return [
    ...all.filter(({ hosts }) => hosts !== undefined && isLast(hosts)),
    ...all.filter(({ hosts }) => hosts === undefined || !isLast(hosts)),
    separator('other'),
    { label: '$(add) Another host…', description: 'user@host, or a name of your ssh', asks: 'one' },
    ...(known.length > 1 && !single
      ? [{ label: '$(checklist) Several hosts…', asks: 'several' } as const]
      : []),
  ];
}

async function askForHost(title: string): Promise<HostNames | undefined> {
  const host = await vscode.window.showInputBox({
    title,
    prompt: 'As you would give it to ssh',
    placeHolder: 'user@host',
    validateInput: (value) =>
      /^\s*$|^-|\s\S/.test(value.trimEnd()) ? 'One name without blanks, as ssh takes it.' : undefined,
  });
  return host === undefined ? undefined : [host.trim()];
}

async function askForSeveral(known: readonly string[], title: string): Promise<HostNames | undefined> {
  const local = process.platform === 'linux' ? [localHost] : [];
  const chosen = await vscode.window.showQuickPick([...local, ...known], {
    canPickMany: true,
    title,
  });
  return chosen === undefined || chosen.length === 0 ? undefined : chosen;
}
