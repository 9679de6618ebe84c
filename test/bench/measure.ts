/** One server through the whole course: start-up several times, then typing, hovering and editing in one session. */
import { performance } from 'node:perf_hooks';
import { CompletionItemKind } from 'vscode-languageserver/node';
import type { CompletionItem } from 'vscode-languageserver/node';
import { Peer } from './peer';
import type { PeerCommand } from './peer';
import { median, quantile } from './statistics';
import { places } from './workspace';
import type { Workspace } from './workspace';

/** Milliseconds and MB; NaN where a server has no such answer. */
export interface Course {
  readonly initialize: number;
  readonly firstDiagnostics: number;
  readonly firstMember: number;
  readonly firstSection: number;
  readonly completionP50: number;
  readonly completionP99: number;
  readonly sectionP50: number;
  readonly sectionP99: number;
  readonly hoverP50: number;
  readonly hoverP99: number;
  readonly editP50: number;
  readonly editP95: number;
  readonly peakMemory: number;
  readonly anonymousMemory: number;
}

export interface CourseOptions {
  readonly starts: number;
  readonly samples: number;
  /** Whether this server has anything to say inside SEC("…"). */
  readonly knowsSections: boolean;
}

export async function measure(
  command: PeerCommand,
  workspace: Workspace,
  options: CourseOptions,
): Promise<Course> {
  const starts = [];
  for (let n = 0; n < options.starts; n++) {
    process.stderr.write(`${command.name}: start ${n + 1} of ${options.starts}\n`);
    starts.push(await start(command, workspace, options));
  }
  process.stderr.write(`${command.name}: typing\n`);
  const session = await steady(command, workspace, options);
  return {
    initialize: median(starts.map((one) => one.initialize)),
    firstDiagnostics: median(starts.map((one) => one.firstDiagnostics)),
    firstMember: median(starts.map((one) => one.firstMember)),
    firstSection: options.knowsSections ? median(starts.map((one) => one.firstSection)) : Number.NaN,
    ...session,
  };
}

/** Three fresh processes: one for each "first", so that none waits for another's answer. */
async function start(command: PeerCommand, workspace: Workspace, { knowsSections }: CourseOptions) {
  const { initialize, at: firstDiagnostics } = await fresh(command, workspace, workspace.text, (peer) =>
    peer.diagnostics(),
  );
  const { line } = places.body;
  const member = insertLine(workspace.text, line, '\tctx->');
  const { at: firstMember } = await fresh(command, workspace, member, (peer) =>
    useful(peer, line, 6, ({ label, kind }) => kind === CompletionItemKind.Field && label.includes('args')),
  );
  if (!knowsSections) return { initialize, firstDiagnostics, firstMember, firstSection: Number.NaN };
  const section = workspace.text.replace('SEC("tp/syscalls/sys_enter_fchmodat")', 'SEC("tp/');
  const { at: firstSection } = await fresh(command, workspace, section, (peer) =>
    useful(peer, places.section.line, places.section.character + 3, () => true),
  );
  return { initialize, firstDiagnostics, firstMember, firstSection };
}

async function fresh(
  command: PeerCommand,
  workspace: Workspace,
  text: string,
  wait: (peer: Peer) => Promise<number>,
): Promise<{ initialize: number; at: number }> {
  const peer = new Peer(command, workspace.file, workspace.folder);
  await peer.initialize(workspace.folder, command.initializationOptions);
  const initialize = performance.now() - peer.spawned;
  await peer.open(text);
  const at = (await wait(peer)) - peer.spawned;
  await peer.stop();
  return { initialize, at };
}

/** Asks until the answer holds what the user waits for. */
async function useful(
  peer: Peer,
  line: number,
  character: number,
  fits: (item: CompletionItem) => boolean,
): Promise<number> {
  for (;;) {
    const items = await peer.complete(line, character);
    if (items.some(fits)) return performance.now();
  }
}

async function steady(command: PeerCommand, workspace: Workspace, { samples, knowsSections }: CourseOptions) {
  const peer = new Peer(command, workspace.file, workspace.folder);
  await peer.initialize(workspace.folder, command.initializationOptions);
  await peer.open(workspace.text);
  await peer.diagnostics();

  const completion = await type(peer, places.body.line, places.body.character, '\tctx->args', 4, samples);
  const section = knowsSections ? await typeSection(peer, samples) : [];
  if (!(await peer.hover(places.argument.line, places.argument.character)))
    throw new Error('no hover to measure');
  const hover: number[] = [];
  for (let n = 0; n < samples; n++) {
    hover.push(await timed(() => peer.hover(places.argument.line, places.argument.character)));
  }
  const edit: number[] = [];
  for (let n = 0; n < samples / 2; n++) {
    const began = performance.now();
    await peer.edit(places.index.line, places.index.character, 1, n % 2 === 0 ? '5' : '2');
    edit.push((await peer.diagnostics()) - began);
  }
  const memory = peer.memory();
  await peer.stop();
  return {
    completionP50: median(completion),
    completionP99: quantile(completion, 0.99),
    sectionP50: median(section),
    sectionP99: quantile(section, 0.99),
    hoverP50: median(hover),
    hoverP99: quantile(hover, 0.99),
    editP50: median(edit),
    editP95: quantile(edit, 0.95),
    peakMemory: memory.peak,
    anonymousMemory: memory.anonymous,
  };
}

/** Types a text key by key and asks after each key from `from` on; then takes it back and begins again. */
async function type(
  peer: Peer,
  line: number,
  character: number,
  text: string,
  from: number,
  samples: number,
) {
  const times: number[] = [];
  while (times.length < samples) {
    for (let typed = 0; typed < text.length; typed++) {
      await peer.edit(line, character + typed, 0, text.charAt(typed));
      if (typed >= from) times.push(await timed(() => peer.complete(line, character + typed + 1)));
    }
    // No waiting for diagnostics here: clangd publishes none for a text that it has already built.
    await peer.edit(line, character, text.length, '');
  }
  return times;
}

async function typeSection(peer: Peer, samples: number): Promise<number[]> {
  const { line, character, typed } = places.section;
  const written = 'tp/syscalls/sys_enter_fchmodat';
  await peer.edit(line, character, written.length, '');
  const times = await type(peer, line, character, typed, 0, samples);
  await peer.edit(line, character, 0, written);
  return times;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function insertLine(text: string, line: number, inserted: string): string {
  const lines = text.split('\n');
  lines[line] = inserted;
  return lines.join('\n');
}
