/** The one run of this window: starts, replaces and stops it, and hands what it says to everything that shows it. */
import * as vscode from 'vscode';
import { programsRequest, type BpfProgram } from '#core/messages/programs';
import { recordTypesRequest } from '#core/messages/record-types';
import type { Failure, FailureCode, Places, RunEvent, RunnerUi, RunSession } from '#runner/model';
import { createInTurn } from '#runner/run/in-turn';
import { startRun } from '#runner/run/start-run';
import type { LanguageServer } from '../language-server';
import type { EventsPanel } from '../panels/events-panel';
import { targetsOf, type HostNames } from './hosts';
import { showProblems } from './show-problems';
import { sayVerified } from './verified';
import { readBuildOptions, readDumpInterval, readSshConfig } from './run-settings';
import { requireTrust } from '../workspace-trust';
import type { VerifierLogs } from '../verifier/verifier-logs';
import type { Verdicts } from './verdicts';

/** Before anybody is asked where. */
export const runRule = 'Programs are run in trusted workspaces only';

export interface RunRequest {
  readonly document: vscode.TextDocument;
  readonly hosts: HostNames;
  readonly mode: 'run' | 'verify';
  /** Absent for all of the file. */
  readonly program?: string;
  /** Nobody asked for it at the moment: it opens nothing, asks nothing, and gives way to what somebody asks for. */
  readonly quiet?: boolean;
}

export interface RunStatus {
  readonly title: string;
  readonly mode: RunRequest['mode'];
  readonly quiet: boolean;
  readonly hosts: ReadonlyMap<string, HostStatus>;
}

export interface HostStatus {
  readonly state: 'starting' | 'running' | 'failed' | 'stopped';
  /** The step it is at, or what went wrong. */
  readonly detail: string;
}

interface Live {
  readonly session: RunSession;
  readonly request: RunRequest;
  /** Settles when all that it said was taken. */
  readonly over: Promise<void>;
}

export interface RunParts {
  readonly server: LanguageServer;
  readonly log: vscode.LogOutputChannel;
  readonly printk: vscode.OutputChannel;
  readonly verdicts: Verdicts;
  readonly logs: VerifierLogs;
  readonly panel: EventsPanel;
  readonly ui: RunnerUi;
  /** Declines whatever the user would have to be asked. */
  readonly quietUi: RunnerUi;
  readonly places: Places;
}

export class RunController implements vscode.Disposable {
  readonly #parts: RunParts;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #inTurn = createInTurn();
  #live: Live | undefined;
  /** Starts that somebody asked for, and that have not come to their run yet. */
  #asked = 0;
  #status: RunStatus | undefined;
  #hosts = new Map<string, HostStatus>();

  readonly onDidChange = this.#changed.event;

  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  /** Undefined where nothing runs. */
  get status(): RunStatus | undefined {
    return this.#status;
  }

  /** Something runs, or is about to, that somebody asked for. */
  get isBusy(): boolean {
    return this.#asked > 0 || (this.#live !== undefined && this.#live.request.quiet !== true);
  }

  /** Replaces what runs. On the same hosts the connections are kept, and only the program is exchanged. */
  async start(request: RunRequest): Promise<void> {
    if (request.quiet === true) {
      await this.#inTurn(() => (this.isBusy ? Promise.resolve() : this.#start(request)));
      return;
    }
    this.#asked++;
    await this.#inTurn(() => this.#start(request)).finally(() => this.#asked--);
  }

  /** Resolves when nothing of it is left, and its last words were taken. */
  async stop(): Promise<void> {
    const live = this.#live;
    await live?.session.stop();
    await live?.over;
  }

  dispose(): void {
    void this.stop();
    this.#changed.dispose();
  }

  async #start(request: RunRequest): Promise<void> {
    requireTrust(runRule);
    const { document, hosts, mode } = request;
    if (document.uri.scheme !== 'file')
      throw new Error('Save the program to a file first: the compiler reads it from there.');
    await save(document);
    const programs = await this.#programs(document);
    const hints = mode === 'run' ? await this.#hints(document) : undefined;
    const isReload = this.#live !== undefined && sameRun(this.#live.request, request);
    // Its last words belong to it, not to what comes now.
    if (!isReload) await this.stop();
    const title = titleOf(request);
    this.#parts.verdicts.begin(document.uri, programs);
    this.#parts.logs.begin(document.uri, request.program);
    this.#hosts = new Map(hosts.map((host) => [host, { state: 'starting', detail: 'connect' }]));
    this.#setStatus({ title, mode, quiet: request.quiet === true, hosts: this.#hosts });
    if (hints !== undefined) {
      this.#parts.panel.beginRun({ title, hosts, hints });
      this.#parts.panel.reveal();
    }
    if (isReload) this.#live?.session.reload({ path: document.uri.fsPath });
    else this.#open(request);
  }

  #open(request: RunRequest): void {
    const { document, hosts, mode, program, quiet } = request;
    const { ui, quietUi, places, log } = this.#parts;
    const config = readSshConfig();
    const session = startRun({
      targets: targetsOf(hosts),
      source: { path: document.uri.fsPath },
      build: readBuildOptions(vscode.workspace.getWorkspaceFolder(document.uri)?.uri.fsPath),
      mode,
      ...(program !== undefined && { programs: [program] }),
      // Everything that it says, of programs that it accepts, too.
      ...(mode === 'verify' && { logLevel: 2 as const }),
      ...(mode === 'run' && { dumpInterval: readDumpInterval(), stats: true, keepConnected: true }),
      ...(config !== undefined && { ssh: { args: ['-F', config] } }),
      ui: quiet === true ? quietUi : ui,
      places,
    });
    const over = this.#read(session, request)
      .catch((error: unknown) => log.error('The run ended:', String(error)))
      .then(() => {
        this.#live = undefined;
        this.#setStatus(undefined);
      });
    this.#live = { session, request, over };
  }

  async #read(session: RunSession, request: RunRequest): Promise<void> {
    for await (const event of session.events) {
      if (request.mode === 'run') this.#parts.panel.event(event);
      this.#take(event, request);
    }
    const outcomes = await session.done;
    if (request.mode === 'verify') sayVerified(outcomes, request.quiet === true);
  }

  #take(event: RunEvent, { mode, quiet }: RunRequest): void {
    const { verdicts, logs, printk, log } = this.#parts;
    const { host } = event;
    switch (event.type) {
      case 'step':
        log.info(
          `${host}: ${event.step} ${event.state}${event.state === 'done' ? ` in ${Math.round(event.milliseconds)} ms` : ''}`,
        );
        if (event.state !== 'started') break;
        if (event.step === 'stream') this.#setHost(host, { state: 'running', detail: '' });
        else this.#setHost(host, { state: 'starting', detail: event.step });
        break;
      case 'built':
        verdicts.built(host, event.object);
        logs.built(host, event.object);
        break;
      case 'diagnostics':
        verdicts.compiled(event.diagnostics);
        break;
      case 'program':
        verdicts.refused(event);
        logs.add(event);
        break;
      case 'attach':
        verdicts.notAttached(event);
        break;
      case 'state':
        if (event.state === 'running') this.#setHost(host, { state: 'running', detail: '' });
        if (event.state === 'failed') {
          this.#setHost(host, { state: 'failed', detail: event.message ?? '' });
          if (event.error) verdicts.notLoaded(host, event.message ?? '');
        }
        break;
      case 'printk':
        printk.appendLine(
          `${host} ${event.time.toFixed(6)} ${event.comm}-${event.pid} [${event.cpu}] ${event.text}`,
        );
        break;
      case 'notice':
        log.warn(`${host}: ${event.message}`);
        break;
      case 'ended':
        this.#setHost(host, {
          state: event.failure === undefined ? 'stopped' : 'failed',
          detail: event.failure?.message ?? '',
        });
        if (event.failure !== undefined && event.failure.code !== 'cancelled') {
          const { message, help, detail } = event.failure;
          log.error(`${host}: ${message}\n${help}${detail === undefined ? '' : `\n${detail}`}`);
          if (quiet !== true) void this.#offerProblems(mode, host, event.failure);
        }
        break;
      case 'facts':
      case 'lost':
      case 'map':
      case 'maps':
      case 'records':
      case 'stats':
        break;
    }
  }

  /** What is wrong with the program is said on its lines; what is wrong elsewhere, with what to do about it. */
  async #offerProblems(
    mode: RunRequest['mode'],
    host: string,
    { code, message, help }: Failure,
  ): Promise<void> {
    if (ofProgram.includes(code)) return showProblems(`${host}: ${message}`);
    const show = 'Show Log';
    if ((await vscode.window.showErrorMessage(`${host}: ${message} ${help}`, show)) === show)
      this.#parts.log.show(mode === 'run');
  }

  #setHost(host: string, status: HostStatus): void {
    this.#hosts.set(host, status);
    this.#changed.fire();
  }

  #setStatus(status: RunStatus | undefined): void {
    this.#status = status;
    void vscode.commands.executeCommand('setContext', 'ebpf.running', status?.quiet === false);
    this.#changed.fire();
  }

  async #programs(document: vscode.TextDocument): Promise<readonly BpfProgram[]> {
    const uri = document.uri.toString();
    const answer = await this.#parts.server.request(programsRequest, { uri, text: document.getText() });
    return answer.programs;
  }

  /** Types of records that the source names; what it does not name, the object may say. */
  async #hints(document: vscode.TextDocument) {
    const uri = document.uri.toString();
    const answer = await this.#parts.server.request(recordTypesRequest, { uri, text: document.getText() });
    return new Map(answer.maps.map(({ map, types }) => [map, types]));
  }
}

const ofProgram: readonly FailureCode[] = [
  'compile-error',
  'program-refused',
  'attach-denied',
  'event-missing',
  'attach-failed',
];

function titleOf({ document, mode, program }: RunRequest): string {
  const name = document.uri.path.split('/').at(-1) ?? '';
  return `${mode === 'verify' ? 'Verify ' : ''}${name}${program === undefined ? '' : ` · ${program}`}`;
}

function sameRun(a: RunRequest, b: RunRequest): boolean {
  const key = ({ hosts, mode, program }: RunRequest) => JSON.stringify([hosts, mode, program]);
  return a.mode === 'run' && key(a) === key(b);
}

/** A save fails where one of VS Code's own, after a delay, is on its way: then that one may have done it, or the next one does. */
async function save(document: vscode.TextDocument): Promise<void> {
  for (let attempt = 0; document.isDirty && attempt < 3; attempt++) await document.save();
  if (document.isDirty) throw new Error(`${document.uri.fsPath} could not be saved.`);
}
