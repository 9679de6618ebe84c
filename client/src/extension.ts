/**
 * Activation. VS Code runs this with the first C file of any project, so it is small and only looks: all else (extension-main.ts)
 * is loaded with the first eBPF document, or when a command, a view or a verifier's log asks for it.
 */
import * as vscode from 'vscode';
import { BpfDocuments } from './bpf-documents';
import { StandIns } from './stand-ins';
import { logLanguage } from './verifier/log-ids';

/** Resolves when what is open, or was asked for, is served. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const documents = new BpfDocuments();
  let loaded: Promise<void> | undefined;
  const load = (): Promise<void> => (loaded ??= loadMain());
  const standIns = new StandIns(load);
  const looking = vscode.Disposable.from(
    documents.onDidFind(() => void load()),
    vscode.workspace.onDidOpenTextDocument(({ languageId }) => {
      if (languageId === logLanguage) void load();
    }),
  );
  const loadMain = async (): Promise<void> => {
    const { start } = await import('./extension-main');
    await standIns.yield();
    looking.dispose();
    start(context, documents);
  };
  context.subscriptions.push(documents, looking, standIns);
  const languages = vscode.workspace.textDocuments.map(({ languageId }) => languageId);
  // Where it was no C file that has activated it, something was asked for.
  if (documents.size > 0 || languages.includes(logLanguage) || !languages.includes('c')) await load();
}
