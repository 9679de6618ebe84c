/** The state of the registers at a line, as Markdown. */
import type { HeldValue, LineState } from '#core/verifier/line-state';
import { describeRegister } from '#core/verifier/register-words';

export interface StateTitle {
  readonly program: string;
  readonly host: string;
  /** How often the verifier came here. */
  readonly visits: number;
  /** Where the command of the link leads. */
  readonly link: string;
}

export function stateWords(state: LineState, { program, host, visits, link }: StateTitle): string {
  const times = visits === 1 ? '' : `, the last of ${visits} times that it came here`;
  const title = `**Verifier of ${escaped(host)}**: \`${program}\` before this line${times} · [log](${link})`;
  const after = state.after.length === 0 ? [] : ['after it', rows(state.after)];
  return [title, rows(state.before), ...after].filter((part) => part !== '').join('\n\n');
}

function rows(values: readonly HeldValue[]): string {
  return values.map(row).join('\n');
}

function row({ register, value, name, text }: HeldValue): string {
  const words = describeRegister(value) ?? `\`${text ?? value.type}\``;
  return `- \`r${register}\` = ${words}${name === undefined ? '' : `: \`${name}\``}`;
}

function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!<>|]/g, '\\$&');
}
