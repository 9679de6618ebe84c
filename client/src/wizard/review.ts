/** The last question: shows what would be written while it asks where to, and writes it. */
import * as vscode from 'vscode';
import type { GeneratedHandler } from '#core/messages/generate-handler';
import type { Preview, PreviewedFile } from '../preview';
import { create, insertInto } from './apply';
import type { Draft } from './draft';
import type { Place, Reply } from './flow';
import { askName, filesBeside, folderFor, parent } from './new-files';
import { baseNameOf, withExtension } from './names';
import type { Choice, QuickInputs, Settle } from './quick-input';

/** What a row stands for; files beside the program and notes are only to be looked at. */
type Row =
  | { readonly kind: 'insert' | 'create' | 'back' | 'note' }
  | { readonly kind: 'file'; readonly file: GeneratedHandler['files'][number] };

export class Review {
  readonly #inputs: QuickInputs;
  readonly #preview: Preview;
  readonly #draft: Draft;
  readonly #place: Place;

  constructor(parts: { inputs: QuickInputs; preview: Preview; draft: Draft; place: Place }) {
    this.#inputs = parts.inputs;
    this.#preview = parts.preview;
    this.#draft = parts.draft;
    this.#place = parts.place;
  }

  /** Ends when something was written, or the user left. */
  async run(): Promise<Reply<void>> {
    for (;;) {
      const reply = await this.#ask();
      if (reply.kind !== 'next') return reply;
      if (reply.value.kind === 'back') return { kind: 'back' };
      const done = reply.value.kind === 'insert' ? await this.#insert() : await this.#create();
      // Back from a file's name leads to this question.
      if (done.kind !== 'back') return done;
    }
  }

  async #ask(): Promise<Reply<Row>> {
    const [first, ...rest] = await this.#rows();
    let settle: Settle<Row> | undefined;
    let inFocus = first.value;
    const show = async (row: Row) => {
      const file = await this.#previewOf(row);
      if (file) await this.#preview.show(file);
    };
    await show(inFocus);
    const buttons = this.#preview.onDidDecide((decision) => {
      if (decision === 'cancel') settle?.done({ kind: 'cancel' });
      else if (isTarget(inFocus)) settle?.done({ kind: 'next', value: inFocus });
    });
    try {
      return await this.#inputs.pickOne<Row>(
        { ...this.#place, placeholder: 'This is the result. Where to?' },
        [first, ...rest],
        {
          accepts: (row) => isTarget(row) || row.kind === 'back',
          onFocus: (row) => {
            inFocus = row;
            show(row).catch((error: unknown) => settle?.fail(error));
          },
          control: (given) => (settle = given),
        },
      );
    } finally {
      buttons.dispose();
    }
  }

  async #rows(): Promise<readonly [Choice<Row>, ...(Choice<Row> | string)[]]> {
    const { document } = this.#draft;
    const handler = await (document ? this.#draft.insertion() : this.#draft.newFile());
    const made = handler.functions.join(', ');
    const createFile: Choice<Row> = {
      label: 'Create a New File…',
      description: document ? '' : made,
      icon: 'new-file',
      value: { kind: 'create' },
    };
    const insert: Choice<Row> | undefined = document && {
      label: `Insert into ${lastPart(document.uri.path)}`,
      description: made,
      icon: 'insert',
      value: { kind: 'insert' },
    };
    return [
      ...(insert ? ([insert, createFile] as const) : ([createFile] as const)),
      { label: 'Back', description: 'change an answer', icon: 'arrow-left', value: { kind: 'back' } },
      ...(handler.files.length > 0 ? ['written beside it'] : []),
      ...handler.files.map((file): Choice<Row> => ({
        label: file.name,
        icon: 'file',
        value: { kind: 'file', file },
      })),
      ...(handler.notes.length > 0 ? ['good to know'] : []),
      ...handler.notes.map(noteRow),
    ];
  }

  /** Undefined where the row changes nothing. */
  async #previewOf(row: Row): Promise<PreviewedFile | undefined> {
    const { document } = this.#draft;
    if (row.kind === 'file') return row.file;
    if (row.kind === 'insert' && document) {
      const { text } = await this.#draft.insertion();
      return { name: lastPart(document.uri.path), text, original: document.uri };
    }
    if (row.kind !== 'create') return undefined;
    const { baseName, text } = await this.#draft.newFile();
    return { name: withExtension(baseName), text };
  }

  async #insert(): Promise<Reply<void>> {
    const { document } = this.#draft;
    if (document === undefined) return { kind: 'back' };
    const { files } = await this.#draft.insertion();
    const folder = files.length === 0 ? parent(document.uri) : await folderFor(document);
    if (folder === undefined) return { kind: 'back' };
    const beside = await filesBeside(this.#inputs, this.#place, folder, files);
    if (beside.kind !== 'next') return beside;
    // Asked for once more: the program may have been edited while the questions stood.
    await insertInto(document, await this.#draft.insertion(), beside.value);
    return written;
  }

  async #create(): Promise<Reply<void>> {
    const folder = await folderFor(this.#draft.document);
    if (folder === undefined) return { kind: 'back' };
    const { baseName } = await this.#draft.newFile();
    const name = await askName(this.#inputs, this.#place, folder, baseName);
    if (name.kind !== 'next') return name;
    const uri = vscode.Uri.joinPath(folder, withExtension(name.value));
    const handler = await this.#draft.newFile(baseNameOf(name.value));
    const beside = await filesBeside(this.#inputs, this.#place, parent(uri), handler.files);
    if (beside.kind !== 'next') return beside;
    await create(handler, [{ uri, text: handler.text, overwrite: false }, ...beside.value]);
    return written;
  }
}

const written: Reply<void> = { kind: 'next', value: undefined };

/** A row cuts off what is too long, and has two lines; the first shares its own with the heading of the notes. */
function noteRow(note: string): Choice<Row> {
  const [, label = note, detail = ''] = /^(.{1,58})(?: (.+))?$/.exec(note) ?? [];
  return { label, ...(detail !== '' && { detail }), icon: 'info', value: { kind: 'note' } };
}

const isTarget = ({ kind }: Row): boolean => kind === 'insert' || kind === 'create';

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
