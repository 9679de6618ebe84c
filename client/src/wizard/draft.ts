/** What the server would generate for the answers: into the open program, or as a new file. */
import type * as vscode from 'vscode';
import { generateHandlerRequest, type GeneratedHandler } from '#core/messages/generate-handler';
import type { LanguageServer } from '../language-server';
import { toOptions, type Answers } from './answers';

/** At a document that is edited faster than it is answered for. */
const attempts = 5;

export class Draft {
  readonly #server: LanguageServer;
  readonly #answers: Answers;
  readonly document: vscode.TextDocument | undefined;
  #inserted: Promise<GeneratedHandler> | undefined;
  readonly #created = new Map<string, Promise<GeneratedHandler>>();

  constructor(server: LanguageServer, answers: Answers, document: vscode.TextDocument | undefined) {
    this.#server = server;
    this.#answers = answers;
    this.document = document;
  }

  /** For the document as it is now: asked for again where it has changed since. */
  async insertion(): Promise<GeneratedHandler> {
    const { document } = this;
    if (document === undefined) throw new Error('There is no eBPF program to insert into.');
    for (let attempt = 0; attempt < attempts; attempt++) {
      this.#inserted ??= this.#generate({ uri: document.uri.toString() });
      const result = await this.#inserted;
      if (result.version === document.version) return result;
      this.#inserted = undefined;
    }
    throw new Error('The program is being edited; try again when it is not.');
  }

  /** @param baseName without `.bpf.c`; empty for what the server calls it */
  newFile(baseName = ''): Promise<GeneratedHandler> {
    let result = this.#created.get(baseName);
    if (result === undefined) {
      result = this.#generate(baseName === '' ? {} : { baseName });
      this.#created.set(baseName, result);
    }
    return result;
  }

  #generate(target: { uri?: string; baseName?: string }): Promise<GeneratedHandler> {
    return this.#server.request(generateHandlerRequest, { ...toOptions(this.#answers), ...target });
  }
}
