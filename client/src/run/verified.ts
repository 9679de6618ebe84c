/** How a verification ended, said once. */
import * as vscode from 'vscode';
import type { HostOutcome } from '#runner/model';
import { showProblems } from './show-problems';

/** How long the status bar says it. */
const shownMs = 8000;

/** @param quiet in the status bar alone; the lines of the source have the rest */
export function sayVerified(outcomes: readonly HostOutcome[], quiet: boolean): void {
  const failed = outcomes.find(({ failure }) => failure !== undefined);
  const count = (of: 'good' | 'bad') => outcomes.reduce((sum, { programs }) => sum + programs[of].length, 0);
  const [good, bad] = [count('good'), count('bad')];
  const hosts = outcomes.map(({ host }) => host).join(', ');
  if (failed !== undefined) {
    // Where somebody waits, failures of hosts were said when they came.
    if (quiet) say(`$(error) Not verified: ${failed.host}: ${failed.failure?.message ?? ''}`);
  } else if (bad > 0) {
    const text = `${bad} of ${good + bad} programs ${bad === 1 ? 'is' : 'are'} refused by the verifier of ${hosts}`;
    if (quiet) say(`$(error) ${text}`);
    else void showProblems(`${text}.`);
  } else {
    const text = `${good} ${good === 1 ? 'program passes' : 'programs pass'} the verifier of ${hosts}`;
    if (quiet) say(`$(check) ${text}`);
    else void vscode.window.showInformationMessage(`${text}.`);
  }
}

function say(text: string): void {
  vscode.window.setStatusBarMessage(text, shownMs);
}
