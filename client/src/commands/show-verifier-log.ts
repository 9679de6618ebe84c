/** "eBPF: Show Verifier Log": of a program that was verified, beside its source, at the line of the cursor. */
import * as vscode from 'vscode';
import * as v from 'valibot';
import { LogPlace } from '../verifier/log-uri';
import { mainPlace, placeOf, showLog } from '../verifier/show-log';
import type { VerifiedProgram } from '../verifier/verifier-logs';
import type { Command, Host } from './command';
import { showVerifierLogId } from './ids';

export const showVerifierLog: Command = {
  id: showVerifierLogId,
  async run(host, ...args) {
    const given = v.safeParse(LogPlace, args[0]);
    const place = given.success ? given.output : await placeAtCursor(host);
    if (place !== undefined) await showLog(place);
  },
};

async function placeAtCursor({ editors, logs, programs }: Host): Promise<LogPlace | undefined> {
  const editor = vscode.window.activeTextEditor ?? editors.last;
  const document = editor?.document;
  const line = editor?.selection.active.line ?? 0;
  // A header has no logs of its own, but may be in those of others.
  const places =
    document === undefined
      ? []
      : logs.all.flatMap((verified) => {
          const place = placeOf(verified, logs, document, line);
          return place === undefined ? [] : [{ verified, place }];
        });
  if (places.length > 0) return choose(places);
  const source = editors.last?.document.uri;
  const all = source === undefined ? [] : logs.of(source);
  if (source === undefined || all.length === 0)
    throw new Error('No verifier has said anything about this file yet: run “eBPF: Verify on Host” first.');
  const { programs: found } = await programs.contents(source);
  const at = found.find(({ range }) => range.start.line <= line && line <= range.end.line)?.name;
  const here = all.filter(({ program }) => program === at);
  return choose(
    (here.length > 0 ? here : all).map((verified) => ({ verified, place: mainPlace(verified, logs) })),
  );
}

async function choose(
  places: readonly { readonly verified: VerifiedProgram; readonly place: LogPlace }[],
): Promise<LogPlace | undefined> {
  if (places.length === 1) return places[0]?.place;
  const items = places.map(({ verified: { program, host, refused }, place }) => ({
    label: `$(${refused ? 'error' : 'check'}) ${program}`,
    description: host,
    place,
  }));
  const picked = await vscode.window.showQuickPick(items, { title: 'Log of which program?' });
  return picked?.place;
}
