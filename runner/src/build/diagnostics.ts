/** Compiler messages as clang and gcc print them: `file:line:column: severity: text`. */
import { resolve } from 'node:path';
import type { BuildDiagnostic } from '../model';
import { cleanText } from '../text/clean';

const message = /^(.+?):(\d+):(\d+): (fatal error|error|warning|note): (.*)$/;

/** Anything else in the text is left out. Relative names are of `folder`. */
export function readDiagnostics(text: string, folder: string): readonly BuildDiagnostic[] {
  return cleanText(text)
    .split('\n')
    .flatMap((line) => {
      const match = message.exec(line);
      if (!match) return [];
      const [, file = '', row, column, severity = '', words = ''] = match;
      return {
        file: resolve(folder, file),
        line: Number(row),
        column: Number(column),
        severity: severity === 'warning' || severity === 'note' ? severity : ('error' as const),
        message: words,
      };
    });
}
