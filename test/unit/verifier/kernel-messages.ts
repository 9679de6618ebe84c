/** The verifier's messages as its sources have them (kernel-messages.txt). */
import { readFileSync } from 'node:fs';

export interface KernelMessage {
  /** `['5.10', '6.1']`, of those that were looked at. */
  readonly kernels: readonly string[];
  /** `R%d invalid mem access '%s'` */
  readonly format: string;
}

export function kernelMessages(): readonly KernelMessage[] {
  const text = readFileSync(new URL('kernel-messages.txt', import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [kernels = '', format = ''] = line.split('\t');
      return { kernels: kernels.split(','), format };
    });
}

/** What stands for `%s`, besides names and registers. */
const words = ['arg#3', 'map_value_or_null', 'dynptr', 'iter_num', ' read from', ''];

/** Lines that the kernel may print for a format: its numbers are 7, one of its strings is a register or a word. */
export function examples(format: string): readonly string[] {
  const numbers = format.replace(/%[-+ #0]*\d*(?:ll|l|z|h)?[dux]/g, '7').replace(/%%/g, '%');
  const parts = numbers.split('%s');
  const line = (at: number, word: string): string =>
    parts.reduce((before, part, i) => `${before}${i - 1 === at ? word : 'name'}${part}`);
  const places = parts.slice(1).map((_, at) => at);
  return [
    line(-1, ''),
    ...places.map((at) => line(at, 'R3')),
    ...(places.length > 0 ? words.map((word) => line(0, word)) : []),
    // `%s ptr %s`, `how stack %s`: two at once.
    ...(places.length > 1
      ? [' read from', 'fixed'].map((word) => line(0, word).replace(/\bname\b/, 'R3'))
      : []),
  ];
}
