/** A failure for people: what happened, what to do, and the tool's own words. */
import { styleText } from 'node:util';
import type { Failure } from '#runner/model';

/** Of a tool's words the end says what is wrong. */
const detailLines = 20;

export function failureText(host: string, { message, help, detail }: Failure, colour: boolean): string {
  const error = colour ? styleText(['bold', 'red'], 'error') : 'error';
  const words = detail === undefined ? [] : detail.trimEnd().split('\n');
  const shown = words.slice(-detailLines);
  const cut = words.length > shown.length ? [`  | … (${words.length - shown.length} lines before)`] : [];
  return [
    `${host}: ${error}: ${message}`,
    `  ${help}`,
    ...cut,
    ...shown.map((line) => `  | ${line}`),
    '',
  ].join('\n');
}
