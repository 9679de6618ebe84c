/** Log and source side by side: where the cursor is in the one, the other shows and marks. The focus stays. */
import * as vscode from 'vscode';
import { visitAt } from '#core/verifier/outline';
import { isThere, visitsOf, type LogDocuments } from './log-documents';
import { sourceOf } from './log-uri';

export class LogFollower implements vscode.Disposable {
  readonly #documents: LogDocuments;
  readonly #mark = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('editor.rangeHighlightBackground'),
    overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.rangeHighlightForeground'),
  });
  readonly #subscription: vscode.Disposable;
  #marked: vscode.TextEditor | undefined;

  constructor(documents: LogDocuments) {
    this.#documents = documents;
    this.#subscription = vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
      if (textEditor !== vscode.window.activeTextEditor) return;
      if (documents.has(textEditor.document)) void this.#followLog(textEditor);
      else this.#followSource(textEditor);
    });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#mark.dispose();
  }

  async #followLog({ document, selection }: vscode.TextEditor): Promise<void> {
    const visit = visitAt(this.#documents.outline(document).visits, selection.active.line + 1);
    if (visit?.position.line === undefined) return;
    const file = await this.#documents.file(document, visit.position);
    const editor = vscode.window.visibleTextEditors.find(
      (other) => other.document.uri.toString() === file?.toString(),
    );
    if (editor && isThere(editor.document, visit.position)) this.#show(editor, visit.position.line - 1);
  }

  #followSource({ document, selection }: vscode.TextEditor): void {
    const line = selection.active.line;
    for (const editor of vscode.window.visibleTextEditors) {
      const source = sourceOf(editor.document.uri);
      if (source === undefined) continue;
      const { visits: all } = this.#documents.outline(editor.document);
      const visits = visitsOf(all, vscode.Uri.parse(source), document, line);
      const shown = editor.selection.active.line + 1;
      const visit = visits.find(({ from, last }) => from <= shown && shown <= last) ?? visits[0];
      if (visit) this.#show(editor, visit.from - 1, visit.last - 1);
    }
  }

  #show(editor: vscode.TextEditor, first: number, last = first): void {
    const range = new vscode.Range(first, 0, last, 0);
    if (this.#marked !== editor) this.#marked?.setDecorations(this.#mark, []);
    this.#marked = editor;
    editor.setDecorations(this.#mark, [range]);
    editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }
}
