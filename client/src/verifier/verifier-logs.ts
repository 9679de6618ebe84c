/** What the verifiers of the hosts said last about the programs of each file: their whole logs. */
import * as vscode from 'vscode';
import { readBpfObject } from '#core/elf/bpf-object';
import type { VerificationCost } from '#core/verifier/model';
import { outlineLog, type LogOutline } from '#core/verifier/outline';
import { programLines, type ProgramLines } from '#core/verifier/position';
import type { RunEventOf } from '#runner/model';
import { costOf } from './cost';
import { shortenLog } from './shorten-log';

export interface VerifiedProgram {
  /** The file that was verified. */
  readonly source: vscode.Uri;
  readonly host: string;
  readonly program: string;
  readonly section: string;
  readonly refused: boolean;
  /** The end of it, where it is too long for an editor. */
  readonly log: string;
  readonly cost: VerificationCost | undefined;
  readonly lines: ProgramLines | undefined;
}

export class VerifierLogs implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #bySource = new Map<string, readonly VerifiedProgram[]>();
  readonly #outlines = new WeakMap<VerifiedProgram, LogOutline>();
  #source: vscode.Uri | undefined;
  #lines = new Map<string, ReadonlyMap<string, ProgramLines>>();

  /** The file that has other logs now. */
  readonly onDidChange = this.#changed.event;

  /** What was said about this file before goes; of one program alone, where only that is verified. */
  begin(source: vscode.Uri, program: string | undefined): void {
    this.#source = source;
    this.#lines = new Map();
    this.#set(source, (one) => program !== undefined && one.program !== program);
  }

  /** What this host said about the object before goes. */
  built(host: string, object: Uint8Array): void {
    this.#lines.set(host, programLines(readBpfObject(object).value));
  }

  add({ host, name, section, error, log }: RunEventOf<'program'>): void {
    const source = this.#source;
    if (source === undefined) return;
    const verified: VerifiedProgram = {
      ...{ source, host, section, program: name },
      refused: error !== null,
      log: shortenLog(log),
      cost: costOf(log),
      lines: this.#lines.get(host)?.get(name),
    };
    this.#set(source, (one) => one.host !== host || one.program !== name, verified);
  }

  of(source: vscode.Uri): readonly VerifiedProgram[] {
    return this.#bySource.get(source.toString()) ?? [];
  }

  get all(): readonly VerifiedProgram[] {
    return [...this.#bySource.values()].flat();
  }

  outline(verified: VerifiedProgram): LogOutline {
    const known = this.#outlines.get(verified);
    if (known) return known;
    const { log, lines } = verified;
    const made = outlineLog(log, (instruction, printed) => lines?.position(instruction) ?? printed);
    this.#outlines.set(verified, made);
    return made;
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #set(source: vscode.Uri, keep: (one: VerifiedProgram) => boolean, added?: VerifiedProgram): void {
    const before = this.of(source);
    const kept = before.filter(keep);
    const now = added === undefined ? kept : [...kept, added];
    if (now.length === 0 && before.length === 0) return;
    this.#bySource.set(source.toString(), now);
    this.#changed.fire(source);
  }
}
