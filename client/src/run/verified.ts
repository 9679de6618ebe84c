/** How a verification ended, said once. */
import * as vscode from 'vscode';
import type { HostOutcome } from '#runner/model';

/** How long the status bar says it. */
const shownMs = 8000;

/** @param quiet in the status bar alone, also where programs were refused: then the editor has the rest */
export function sayVerified(outcomes: readonly HostOutcome[], quiet: boolean): void {
  const isGood = outcomes.every(({ failure }) => failure === undefined);
  const hosts = outcomes.map(({ host }) => host).join(', ');
  if (isGood) {
    const good = outcomes.reduce((sum, { programs }) => sum + programs.good.length, 0);
    const text = `${good} ${good === 1 ? 'program passes' : 'programs pass'} the verifier of ${hosts}`;
    if (quiet) vscode.window.setStatusBarMessage(`$(check) ${text}`, shownMs);
    else void vscode.window.showInformationMessage(`${text}.`);
  } else if (quiet) {
    const bad = outcomes.find(({ failure }) => failure !== undefined);
    vscode.window.setStatusBarMessage(
      `$(error) Not verified: ${bad?.host ?? ''}: ${bad?.failure?.message ?? ''}`,
      shownMs,
    );
  }
}
