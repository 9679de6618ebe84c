/** Programs beside a generated one that load it and print its records. */
import type { GenerateOptions } from '#core/messages/generate-handler';
import type { GeneratedProgram } from '../model';
import { cLoader } from './c';
import { goLoader, goModule } from './go';
import { makefile } from './makefile';

export interface LoaderFile {
  /** Without a folder. */
  readonly name: string;
  readonly text: string;
}

/** The files of a loader in this language; the header that it shares with the program among them. */
export function loaderFiles(
  program: GeneratedProgram,
  language: NonNullable<GenerateOptions['loader']>,
): readonly LoaderFile[] {
  const { baseName, header } = program;
  if (language === 'go') {
    return [
      { name: 'main.go', text: goLoader(program) },
      { name: 'go.mod', text: goModule(baseName) },
    ];
  }
  return [
    ...(header === undefined ? [] : [header]),
    { name: `${baseName}.c`, text: cLoader(program) },
    { name: 'Makefile', text: makefile(program) },
  ];
}
