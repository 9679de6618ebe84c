/**
 * What a build and a kernel said, as diagnostics on the source: errors of the compiler, refusals of the verifier with
 * where the bad value came from, failures to attach.
 */
import * as vscode from 'vscode';
import { dirname, isAbsolute, join } from 'node:path';
import { readBpfObject } from '#core/elf/bpf-object';
import { createExplainer } from '#core/verifier/explain';
import { createLoaderExplainer, type LoaderContext } from '#core/verifier/loader/explain-loader';
import { objectContext } from '#core/verifier/loader/object-context';
import { parseLog } from '#core/verifier/log';
import type { Explanation, SourcePosition } from '#core/verifier/model';
import { programLines, type ProgramLines } from '#core/verifier/position';
import { programFailureCodes, type BuildDiagnostic, type RunEventOf } from '#runner/model';
import type { BpfProgram } from '#core/messages/programs';
import { verdictOf, type Verdict } from '#core/messages/verdict-fixes';

interface Finding {
  readonly host: string;
  readonly uri: vscode.Uri;
  readonly diagnostic: vscode.Diagnostic;
  /** Where the verifier's words are explained on a line. */
  readonly verdict?: Verdict;
}

/** A refusal that is shown, with what a fix of it is computed from. */
export interface Explained {
  readonly diagnostic: vscode.Diagnostic;
  readonly verdict: Verdict;
}

export class Verdicts implements vscode.Disposable {
  readonly #build = vscode.languages.createDiagnosticCollection('ebpf-build');
  readonly #kernel = vscode.languages.createDiagnosticCollection('ebpf-kernel');
  readonly #explainer = createExplainer();
  readonly #loader = createLoaderExplainer();
  #source: vscode.Uri | undefined;
  #programs: readonly BpfProgram[] = [];
  #lines = new Map<string, ReadonlyMap<string, ProgramLines>>();
  #contexts = new Map<string, LoaderContext>();
  #findings: readonly Finding[] = [];

  /** What earlier runs said about this file goes. */
  begin(source: vscode.Uri, programs: readonly BpfProgram[]): void {
    this.#source = source;
    this.#programs = programs;
    this.#lines.clear();
    this.#contexts.clear();
    this.#build.clear();
    this.#show([]);
  }

  /** What this host said about the object before goes; the other hosts' verdicts stay. */
  built(host: string, object: Uint8Array): void {
    const { value } = readBpfObject(object);
    this.#lines.set(host, programLines(value));
    this.#contexts.set(
      host,
      objectContext(value, (file) => this.#textOf(file)),
    );
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
    const source = (file: string) => this.#textOf(file);
    const { programs, loader } = parseLog(log, { program: name }).value;
    const explanation = programs
      .map((one) => this.#explainer.explain(one, { section, source, ...(lines && { lines }) }))
      .find((one) => one !== undefined);
    // Without a verdict of the verifier it is libbpf that gave up.
    const said = explanation ?? this.#loader.explain(loader, this.#contexts.get(host))[0];
    if (said) this.#explain(host, name, said, explanation ? 'verifier' : 'kernel');
    else
      this.#add(
        host,
        name,
        `${failure?.message ?? `${name}: ${error.text}`}\n${failure?.help ?? ''}`,
        'load',
      );
  }

  notAttached({ host, name, error, cause, log, failure }: RunEventOf<'attach'>): void {
    if (error === null) return;
    if (failure && !programFailureCodes.some((code) => code === failure.code)) {
      // It is the host's, whatever the program does.
      this.#add(host, name, `${failure.message}\n${failure.help}`, 'attach');
      return;
    }
    const section = this.#programs.find((program) => program.name === name)?.section ?? '';
    const { code, text } = error;
    const attach = { ...{ name, section, code, text, log }, ...(cause !== undefined && { cause }) };
    this.#explain(host, name, this.#loader.explainAttach(attach, this.#contexts.get(host)), 'kernel');
  }

  /** An object of which nothing was loaded, in libbpf's words. */
  notLoaded(host: string, words: string): void {
    const { loader } = parseLog(words).value;
    for (const explanation of this.#loader.explain(loader, this.#contexts.get(host)))
      this.#explain(host, explanation.program ?? '', explanation, 'kernel');
  }

  /** The refusals on the lines of a range. */
  explained(uri: vscode.Uri, range: vscode.Range): readonly Explained[] {
    return this.#findings.flatMap(({ uri: own, diagnostic, verdict }) => {
      const isThere = own.toString() === uri.toString() && onLines(diagnostic.range, range);
      return isThere && verdict ? [{ diagnostic, verdict }] : [];
    });
  }

  dispose(): void {
    this.#build.dispose();
    this.#kernel.dispose();
  }

  #explain(host: string, program: string, explanation: Explanation, by: 'verifier' | 'kernel'): void {
    const { rule, sentence, help, labels, kernelText } = explanation;
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
    diagnostic.source = `${by} (${host})`;
    diagnostic.code = rule;
    diagnostic.relatedInformation = others.flatMap((label) => {
      const where = this.#uri(label.position);
      if (where === undefined) return [];
      const location = new vscode.Location(where, rangeOf(where, label.position));
      return [new vscode.DiagnosticRelatedInformation(location, label.text)];
    });
    const verdict = verdictOf(explanation);
    this.#show([...this.#findings, { host, uri, diagnostic, ...(verdict && { verdict }) }]);
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

  /** The lines of a file, where it is open. */
  #textOf(file: string): readonly string[] | undefined {
    return openLines(vscode.Uri.file(this.#path(file)));
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

function onLines(one: vscode.Range, other: vscode.Range): boolean {
  return one.start.line <= other.end.line && other.start.line <= one.end.line;
}

function openDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
}

function openLines(uri: vscode.Uri): readonly string[] | undefined {
  return openDocument(uri)?.getText().split(/\r?\n/);
}

/** From the column, where it is known, to the end of the line; else the line without its indentation. */
function rangeOf(uri: vscode.Uri, { line = 1, column = 0 }: SourcePosition): vscode.Range {
  const open = openDocument(uri);
  const known = open !== undefined && line <= open.lineCount;
  const indent = known ? open.lineAt(line - 1).firstNonWhitespaceCharacterIndex : 0;
  return new vscode.Range(line - 1, column > 0 ? column - 1 : indent, line - 1, Number.MAX_SAFE_INTEGER);
}
