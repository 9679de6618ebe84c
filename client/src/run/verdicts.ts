/**
 * What a build and a kernel said, as diagnostics on the source: errors of the compiler, refusals of the verifier with
 * where the bad value came from, failures to attach.
 */
import * as vscode from 'vscode';
import { dirname, isAbsolute, join } from 'node:path';
import { readBpfObject } from '#core/elf/bpf-object';
import { createExplainer } from '#core/verifier/explain';
import { parseLog } from '#core/verifier/log';
import type { Explanation, SourcePosition } from '#core/verifier/model';
import { programLines, type ProgramLines } from '#core/verifier/position';
import type { BuildDiagnostic, RunEventOf } from '#runner/model';
import type { BpfProgram } from '#core/messages/programs';

interface Finding {
  readonly host: string;
  readonly uri: vscode.Uri;
  readonly diagnostic: vscode.Diagnostic;
}

export class Verdicts implements vscode.Disposable {
  readonly #build = vscode.languages.createDiagnosticCollection('ebpf-build');
  readonly #kernel = vscode.languages.createDiagnosticCollection('ebpf-kernel');
  readonly #explainer = createExplainer();
  #source: vscode.Uri | undefined;
  #programs: readonly BpfProgram[] = [];
  #lines = new Map<string, ReadonlyMap<string, ProgramLines>>();
  #findings: readonly Finding[] = [];

  /** What earlier runs said about this file goes. */
  begin(source: vscode.Uri, programs: readonly BpfProgram[]): void {
    this.#source = source;
    this.#programs = programs;
    this.#lines.clear();
    this.#build.clear();
    this.#show([]);
  }

  /** What this host said about the object before goes; the other hosts' verdicts stay. */
  built(host: string, object: Uint8Array): void {
    this.#lines.set(host, programLines(readBpfObject(object).value));
    this.#show(this.#findings.filter((finding) => finding.host !== host));
  }

  compiled(diagnostics: readonly BuildDiagnostic[]): void {
    const byFile = new Map<string, vscode.Diagnostic[]>();
    for (const { file, line, column, severity, message } of diagnostics) {
      const start = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
      const diagnostic = new vscode.Diagnostic(new vscode.Range(start, start), message, severities[severity]);
      diagnostic.source = 'clang';
      const path = this.#path(file);
      const list = byFile.get(path);
      if (list) list.push(diagnostic);
      else byFile.set(path, [diagnostic]);
    }
    this.#build.clear();
    for (const [path, list] of byFile) this.#build.set(vscode.Uri.file(path), list);
  }

  /** A program that did not load. */
  refused({ host, name, section, log, error, failure }: RunEventOf<'program'>): void {
    if (error === null) return;
    const lines = this.#lines.get(host)?.get(name);
    const logs = parseLog(log, { program: name }).value.programs;
    const explanation = logs
      .map((one) => this.#explainer.explain(one, { section, ...(lines && { lines }) }))
      .find((one) => one !== undefined);
    if (explanation) this.#explain(host, name, explanation);
    else
      this.#add(
        host,
        name,
        `${failure?.message ?? `${name}: ${error.text}`}\n${failure?.help ?? ''}`,
        'load',
      );
  }

  notAttached({ host, name, error, cause, failure }: RunEventOf<'attach'>): void {
    if (error === null) return;
    const text = failure ? `${failure.message}\n${failure.help}` : (cause ?? error.text);
    this.#add(host, name, text, 'attach');
  }

  dispose(): void {
    this.#build.dispose();
    this.#kernel.dispose();
  }

  #explain(host: string, program: string, { rule, sentence, help, labels, kernelText }: Explanation): void {
    const [first, ...others] = labels.filter(({ position }) => position.line !== undefined);
    const text = [
      sentence,
      first?.text === sentence ? '' : (first?.text ?? ''),
      help,
      `kernel: ${kernelText}`,
    ];
    const message = text.filter((line) => line !== '').join('\n');
    const uri = first && this.#uri(first.position);
    if (first === undefined || uri === undefined) {
      this.#add(host, program, message, rule);
      return;
    }
    const diagnostic = new vscode.Diagnostic(
      rangeOf(uri, first.position),
      message,
      vscode.DiagnosticSeverity.Error,
    );
    diagnostic.source = `verifier (${host})`;
    diagnostic.code = rule;
    diagnostic.relatedInformation = others.flatMap((label) => {
      const where = this.#uri(label.position);
      if (where === undefined) return [];
      const location = new vscode.Location(where, rangeOf(where, label.position));
      return [new vscode.DiagnosticRelatedInformation(location, label.text)];
    });
    this.#show([...this.#findings, { host, uri, diagnostic }]);
  }

  /** On the program's SEC line. */
  #add(host: string, program: string, message: string, code: string): void {
    const uri = this.#source;
    if (uri === undefined) return;
    const line = this.#programs.find(({ name }) => name === program)?.range.start.line ?? 0;
    const range = new vscode.Range(line, 0, line, Number.MAX_SAFE_INTEGER);
    const diagnostic = new vscode.Diagnostic(range, message.trim(), vscode.DiagnosticSeverity.Error);
    diagnostic.source = `kernel (${host})`;
    diagnostic.code = code;
    this.#show([...this.#findings, { host, uri, diagnostic }]);
  }

  #show(findings: readonly Finding[]): void {
    this.#findings = findings;
    this.#kernel.clear();
    this.#kernel.set(findings.map(({ uri, diagnostic }) => [uri, [diagnostic]]));
  }

  #uri({ file }: SourcePosition): vscode.Uri | undefined {
    return file === undefined ? this.#source : vscode.Uri.file(this.#path(file));
  }

  /** Compilers name files as they were given to them. */
  #path(file: string): string {
    return isAbsolute(file) ? file : join(dirname(this.#source?.fsPath ?? ''), file);
  }
}

const severities: Record<BuildDiagnostic['severity'], vscode.DiagnosticSeverity> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  note: vscode.DiagnosticSeverity.Information,
};

/** From the column, where it is known, to the end of the line; else the line without its indentation. */
function rangeOf(uri: vscode.Uri, { line = 1, column = 0 }: SourcePosition): vscode.Range {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  const known = open !== undefined && line <= open.lineCount;
  const indent = known ? open.lineAt(line - 1).firstNonWhitespaceCharacterIndex : 0;
  return new vscode.Range(line - 1, column > 0 ? column - 1 : indent, line - 1, Number.MAX_SAFE_INTEGER);
}
