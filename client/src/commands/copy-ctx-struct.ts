/** Puts the ctx struct of a tracepoint on the clipboard, as the target kernel has it. */
import * as vscode from 'vscode';
import { tracepointRequest } from '#core/messages/tracepoint';
import type { Command } from './command';
import { eventsOf } from './event-arguments';
import { copyCtxStructId } from './ids';

export const copyCtxStruct: Command = {
  id: copyCtxStructId,
  async run({ server }, ...args) {
    const texts = new Set<string>();
    for (const event of eventsOf(args)) {
      const { category, name } = event;
      const described = await server.request(tracepointRequest, { category, name });
      if (described?.structText === undefined)
        throw new Error(`The types of the target kernel have no ctx struct for ${category}:${name}.`);
      texts.add(described.structText);
    }
    await vscode.env.clipboard.writeText([...texts].join('\n'));
    vscode.window.setStatusBarMessage('$(check) ctx struct copied', 3000);
  },
};
