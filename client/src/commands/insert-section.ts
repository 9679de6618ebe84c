/** Writes the SEC line of a tracepoint at the cursor of the eBPF program that was in front last. */
import type { Command } from './command';
import { eventsOf } from './event-arguments';
import { insertSectionId } from './ids';

export const insertSection: Command = {
  id: insertSectionId,
  async run({ editors }, ...args) {
    const editor = await editors.show();
    if (editor === undefined) throw new Error('Open the eBPF program that the SEC line belongs into.');
    const text = eventsOf(args).map(({ category, name }) => `SEC("tp/${category}/${name}")\n`);
    const line = editor.document.lineAt(editor.selection.active.line);
    // On a line of its own: this one where it is empty, else the next.
    const at = line.isEmptyOrWhitespace ? line.range.start : line.range.end;
    const lead = line.isEmptyOrWhitespace ? '' : '\n';
    await editor.edit((edit) => edit.insert(at, `${lead}${text.join('')}`));
  },
};
