/** The kernel picker: writes the setting `ebpf.kernel`. */
import * as vscode from 'vscode';
import * as v from 'valibot';
import { bundledKernelsRequest, type BundledKernel } from '#core/messages/bundled-kernels';
import { kernelSourceSchema, type KernelSource } from '#core/settings/kernel-source';
import { readKernel, writeKernel } from '../settings';
import type { Command } from './command';
import { captureKernelId, selectKernelId } from './ids';

type Item = vscode.QuickPickItem & { choose?(): Promise<KernelSource | undefined> | KernelSource };

export const selectKernel: Command = {
  id: selectKernelId,
  /** Takes a kernel source as its argument, for key bindings; without one it asks. */
  async run(host, argument) {
    const kernel =
      argument === undefined ? await ask(host.server.request(bundledKernelsRequest, {})) : argument;
    if (kernel !== undefined) await writeKernel(v.parse(kernelSourceSchema, kernel));
  },
};

async function ask(bundled: Promise<readonly BundledKernel[]>): Promise<KernelSource | undefined> {
  const picked = await vscode.window.showQuickPick<Item>(
    bundled.then((list) => items(list)),
    {
      title: 'eBPF: Target Kernel',
      placeHolder: 'The kernel whose tracepoints and types the editor knows',
      matchOnDescription: true,
      matchOnDetail: true,
    },
  );
  return picked?.choose?.();
}

function items(bundled: readonly BundledKernel[]): Item[] {
  const current = readKernel();
  const mark = (kernel: KernelSource) =>
    JSON.stringify(kernel) === JSON.stringify(current) ? '$(check) ' : '';
  const source = (kernel: KernelSource, label: string, detail?: string): Item => ({
    label: `${mark(kernel)}${label}`,
    ...(detail === undefined ? {} : { detail }),
    choose: () => kernel,
  });
  const heading = (label: string): Item => ({ label, kind: vscode.QuickPickItemKind.Separator });
  return [
    source(
      { kind: 'auto' },
      'Automatic',
      'This machine if its tracing files can be read, else a bundled kernel',
    ),
    source({ kind: 'local' }, 'This Machine', 'From /sys/kernel/tracing and /sys/kernel/btf'),
    heading('bundled'),
    ...bundled.map(({ id, release, machine }) => ({
      ...source({ kind: 'bundled', id }, `Linux ${release}`),
      description: `${machine} · ${id}`,
    })),
    heading('files'),
    { label: 'Capture from Host…', detail: 'The kernel of a host, over ssh, as a file', choose: askHost },
    { label: 'Snapshot File…', detail: 'A captured kernel: .ebpfkernel', choose: askSnapshot },
    { label: 'Kernel Directory…', detail: 'available_events, events/, vmlinux.btf', choose: askDirectory },
  ];
}

/** The command offers to choose what it has captured. */
async function askHost(): Promise<undefined> {
  await vscode.commands.executeCommand(captureKernelId);
}

async function askSnapshot(): Promise<KernelSource | undefined> {
  const filters = { 'Kernel snapshot': ['ebpfkernel'] };
  const [uri] = (await vscode.window.showOpenDialog({ title: 'Kernel Snapshot', filters })) ?? [];
  return uri && { kind: 'snapshot', path: uri.fsPath };
}

async function askDirectory(): Promise<KernelSource | undefined> {
  const choice = { title: 'Kernel Directory', canSelectFiles: false, canSelectFolders: true };
  const [uri] = (await vscode.window.showOpenDialog(choice)) ?? [];
  return uri && { kind: 'directory', path: uri.fsPath };
}
