/**
 * Questions as VS Code's quick inputs, each a promise for what the user did. One input gives way to the next without
 * closing in between; the last one stays, busy, while what follows is being fetched.
 */
import * as vscode from 'vscode';
import type { Place, Reply } from './flow';

/** An answer to choose. */
export interface Choice<T> {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  /** Of a codicon. */
  readonly icon?: string;
  readonly value: T;
  readonly picked?: boolean;
}

export interface Question extends Place {
  /** What is asked, in the input itself or below it. */
  readonly placeholder: string;
  /** Adds to the title what this step is about. */
  readonly about?: string;
}

/** The parts of the two kinds of input that are the same, which VS Code gives no name. */
type Input = (vscode.QuickPick<vscode.QuickPickItem> | vscode.InputBox) & vscode.QuickInput;

export class QuickInputs implements vscode.Disposable {
  readonly #title: string;
  #current: Input | undefined;

  constructor(title: string) {
    this.#title = title;
  }

  /** One of several, the picked one in focus. A string among the choices is a heading. */
  pickOne<T>(
    question: Question,
    choices: readonly (Choice<T> | string)[],
    { accepts = () => true, onFocus, control }: Hooks<T> = {},
  ): Promise<Reply<T>> {
    const pick = vscode.window.createQuickPick<Item<T>>();
    pick.placeholder = question.placeholder;
    pick.items = toItems(choices);
    // An empty list would take the focus from the first.
    const picked = pick.items.filter((item) => item.picked);
    if (picked.length > 0) pick.activeItems = picked;
    pick.onDidChangeActive(([item]) => {
      if (item?.value !== undefined) onFocus?.(item.value);
    });
    const accept = () => {
      const value = pick.activeItems[0]?.value;
      return value !== undefined && accepts(value) ? value : undefined;
    };
    return this.ask(pick, question, accept, control);
  }

  /** Any of several. */
  pickMany<T>(question: Question, choices: readonly (Choice<T> | string)[]): Promise<Reply<readonly T[]>> {
    const pick = vscode.window.createQuickPick<Item<T>>();
    pick.placeholder = question.placeholder;
    pick.canSelectMany = true;
    pick.items = toItems(choices);
    pick.selectedItems = pick.items.filter((item) => item.picked);
    return this.ask(pick, question, () =>
      pick.selectedItems.flatMap(({ value }) => (value === undefined ? [] : [value])),
    );
  }

  /** @param problemOf what is wrong with a text, in one sentence; undefined where nothing is */
  text(
    question: Question,
    initial: string,
    problemOf: (text: string) => Promise<string | undefined> | string | undefined,
  ): Promise<Reply<string>> {
    const box = vscode.window.createInputBox();
    box.value = initial;
    box.prompt = question.placeholder;
    let checked = 0;
    const check = async () => {
      const turn = ++checked;
      const problem = await problemOf(box.value.trim());
      if (turn === checked) box.validationMessage = problem ?? '';
      return problem === undefined;
    };
    box.onDidChangeValue(() => void check());
    return this.ask(box, question, async () => ((await check()) ? box.value.trim() : undefined));
  }

  /**
   * Shows an input in place of the one before.
   * @param accept the answer on Enter; undefined where there is none yet: the input stays
   */
  ask<T>(
    input: Input,
    { step, totalSteps, about }: Place & Pick<Question, 'about'>,
    accept: () => Promise<T | undefined> | T | undefined,
    control?: (settle: Settle<T>) => void,
  ): Promise<Reply<T>> {
    input.title = about === undefined ? this.#title : `${this.#title} · ${about}`;
    input.step = step;
    input.totalSteps = totalSteps;
    // A look at the editor, or a click into the preview, must not lose the answers.
    input.ignoreFocusOut = true;
    if (step > 1) input.buttons = [vscode.QuickInputButtons.Back];
    return new Promise((resolve, reject) => {
      const done = (reply: Reply<T>) => {
        input.busy = true;
        resolve(reply);
      };
      input.onDidTriggerButton((button) => {
        if (button === vscode.QuickInputButtons.Back) done({ kind: 'back' });
      });
      input.onDidHide(() => resolve({ kind: 'cancel' }));
      const take = async () => {
        const value = await accept();
        if (value !== undefined) done({ kind: 'next', value });
      };
      input.onDidAccept(() => void take().catch(reject));
      control?.({ done, fail: reject });
      const before = this.#current;
      this.#current = input;
      input.show();
      before?.dispose();
    });
  }

  dispose(): void {
    this.#current?.dispose();
  }
}

/** What a question with more to it than an answer needs. */
export interface Hooks<T> {
  /** False for a row that is only to be looked at: Enter does nothing on it. */
  readonly accepts?: (value: T) => boolean;
  readonly onFocus?: (value: T) => void;
  readonly control?: (settle: Settle<T>) => void;
}

/** The way to end a question, or to fail it, from outside of its input. */
export interface Settle<T> {
  readonly done: (reply: Reply<T>) => void;
  readonly fail: (error: unknown) => void;
}

type Item<T> = vscode.QuickPickItem & { readonly value?: T };

function toItems<T>(choices: readonly (Choice<T> | string)[]): Item<T>[] {
  return choices.map((choice) => {
    if (typeof choice === 'string') return { label: choice, kind: vscode.QuickPickItemKind.Separator };
    const { icon, ...rest } = choice;
    return { ...rest, ...(icon !== undefined && { iconPath: new vscode.ThemeIcon(icon) }) };
  });
}
