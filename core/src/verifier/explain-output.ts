/** Everything that a text of logs and of libbpf's words says, explained: with the object, on the lines of the source. */
import type { BpfObject } from '../elf/bpf-object';
import type { Parsed, Problem } from '../result';
import { createExplainer } from './explain';
import { createLoaderExplainer } from './loader/explain-loader';
import type { LoaderContext } from './loader/explain-loader';
import { objectContext } from './loader/object-context';
import type { MatchedMessage } from './message-match';
import type { Explanation, LoaderMessage, ProgramLog, VerifierOutput } from './model';
import { locate, programLines } from './position';

export interface OutputContext {
  readonly object?: BpfObject;
  /** The lines of a source file, where it can be read. */
  readonly source: (file: string) => readonly string[] | undefined;
}

export interface OutputExplainer {
  /** One explanation for each program that was refused, then those of libbpf's words that say something else. */
  explain(output: VerifierOutput, context: OutputContext): Parsed<readonly Explanation[]>;
}

export function createOutputExplainer(): OutputExplainer {
  const verifier = createExplainer();
  const loader = createLoaderExplainer();
  return {
    explain({ programs, loader: words }, { object, source }) {
      const problems: Problem[] = [];
      const lines = object && programLines(object);
      const refused = programs.flatMap((log) => {
        const located = object ? locate(log, object) : { value: log, problems: [] };
        if (log.refused) problems.push(...located.problems);
        const own = lines?.get(located.value.program ?? '');
        const section = own?.function(0)?.section;
        const explanation = verifier.explain(located.value, {
          source,
          ...(own && located.problems.length === 0 && { lines: own }),
          ...(section !== undefined && { section }),
        });
        return explanation ?? [];
      });
      const rest = words.filter((message) => !isSaid(message, programs, loader.match(message.text)));
      const context: LoaderContext = object ? objectContext(object, source) : {};
      return { value: [...refused, ...loader.explain(rest, context)], problems };
    },
  };
}

/** What libbpf says around the log of a program that was refused is no news. */
function isSaid(
  { program, text }: LoaderMessage,
  programs: readonly ProgramLog[],
  match: MatchedMessage | undefined,
): boolean {
  const refused = programs.filter((log) => log.refused);
  if (refused.length === 0) return false;
  if (match?.rule.minor === true || text.startsWith('failed to load object ')) return true;
  return program !== undefined && refused.some((log) => log.program === program);
}
