/** Tells the server which commands its answers may name: `experimental.commands`, as rust-analyzer has it. */
import type { StaticFeature } from 'vscode-languageclient/node';
import { generateHandlerId } from './commands/ids';

export const serverCommands: StaticFeature = {
  fillClientCapabilities: (capabilities) => {
    const commands = ['editor.action.triggerSuggest', generateHandlerId];
    capabilities.experimental = { commands: { commands } };
  },
  initialize: () => undefined,
  getState: () => ({ kind: 'static' }),
  clear: () => undefined,
};
