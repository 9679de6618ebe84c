/** What an editor does with a verifier log: folds branches and lines of source, and links them to their files. */
import * as vscode from 'vscode';
import type { LogDocuments } from './log-documents';
import { logLanguage } from './log-ids';

/** A link that is resolved when it is followed. */
class SourceLink extends vscode.DocumentLink {
  readonly document: vscode.TextDocument;
  readonly logLine: number;

  constructor(range: vscode.Range, document: vscode.TextDocument, logLine: number) {
    super(range);
    this.document = document;
    this.logLine = logLine;
    this.tooltip = 'Go to the line of the source';
  }
}

/** Those of the documents, each made when it is asked for. */
function linkProvider(documents: LogDocuments): vscode.DocumentLinkProvider<SourceLink> {
  return {
    provideDocumentLinks: (document) =>
      documents.outline(document).visits.flatMap(({ from, position }) => {
        const { text } = document.lineAt(from - 1);
        if (!text.startsWith('; ') || position.line === undefined) return [];
        const at = text.lastIndexOf(' @ ');
        return [
          new SourceLink(
            new vscode.Range(from - 1, at < 0 ? 2 : at + 3, from - 1, text.length),
            document,
            from,
          ),
        ];
      }),
    async resolveDocumentLink(link) {
      const { document, logLine } = link;
      const visit = documents.outline(document).visits.find(({ from }) => from === logLine);
      const file = visit && (await documents.file(document, visit.position));
      if (file) link.target = file.with({ fragment: `L${visit.position.line ?? 1}` });
      return link;
    },
  };
}

export function createLogLanguage(documents: LogDocuments): vscode.Disposable {
  const selector: vscode.DocumentSelector = { language: logLanguage };
  return vscode.Disposable.from(
    vscode.languages.registerFoldingRangeProvider(selector, {
      provideFoldingRanges: (document) =>
        documents
          .outline(document)
          .folds.map(({ first, last }) => new vscode.FoldingRange(first - 1, last - 1)),
    }),
    vscode.languages.registerDocumentLinkProvider(selector, linkProvider(documents)),
  );
}
