/**
 * An `it` whose tests share windows with those of other files: one of each VS Code, which the first file that asks for it opens.
 * To open one takes as long as ten tests.
 */
import { inject, test } from 'vitest';
import { Session, type SessionOptions } from './session';

type Shown = Pick<SessionOptions, 'version' | 'folder' | 'settings'>;

class SharedWindows {
  readonly #vsix: string;
  readonly #opened = new Map<string, Session>();
  #inUse: string | undefined;

  constructor(vsix: string) {
    this.#vsix = vsix;
  }

  /** The window of this VS Code with the folder and the settings, and nothing open in it. */
  async show(options: Shown): Promise<Session> {
    await this.leave();
    const opened = this.#opened.get(options.version);
    await opened?.show(options);
    const session = opened ?? (await this.#open(options));
    this.#inUse = options.version;
    return session;
  }

  /** Closes what is open in the window that was shown last: one that shows nothing costs little while others are used. */
  async leave(): Promise<void> {
    const version = this.#inUse;
    const session = version === undefined ? undefined : this.#opened.get(version);
    if (version === undefined || session === undefined) return;
    this.#inUse = undefined;
    try {
      await session.workbench.closeEverything();
    } catch (error) {
      // A test that failed may have left anything.
      console.warn(`VS Code ${version} will be opened anew: ${String(error)}`);
      this.#opened.delete(version);
      await session.close();
    }
  }

  async close(): Promise<void> {
    for (const session of this.#opened.values()) await session.close();
  }

  async #open(options: Shown): Promise<Session> {
    const session = await Session.open({ ...options, vsix: this.#vsix });
    this.#opened.set(options.version, session);
    return session;
  }
}

export const it = test
  .extend('vsix', { scope: 'worker' }, () => {
    const tier = inject('e2e');
    return 'vsix' in tier ? tier.vsix : '';
  })
  .extend('ofAllFiles', { scope: 'worker' }, ({ vsix }, { onCleanup }) => {
    const windows = new SharedWindows(vsix);
    onCleanup(() => windows.close());
    return windows;
  })
  .extend('windows', { scope: 'file' }, ({ ofAllFiles }, { onCleanup }) => {
    onCleanup(() => ofAllFiles.leave());
    return ofAllFiles;
  });
