/**
 * Builds the immutable `KernelIndex` over what a provider has read. Texts, types and names are parsed when
 * they are first asked for and kept: a kernel has thousands of each, and a session looks at a few.
 */
import { parseFormat } from '#core/kernel/format';
import type {
  EventName,
  FormatField,
  KernelIndex,
  KernelProvenance,
  TracepointFormat,
} from '#core/kernel/model';
import { createTypeIndex } from '#core/btf/index';
import type { Parsed, Problem } from '#core/result';
import type { SnapshotMeta } from '#core/snapshot/codec';
import { formatText } from '#core/snapshot/formats';
import type { FormatTexts } from '#core/snapshot/formats';

/** What a provider has read of a kernel. */
export interface KernelParts {
  readonly provenance: KernelProvenance;
  /** What `available_events` lists. */
  readonly events: Parsed<readonly EventName[]>;
  readonly formats: FormatTexts;
  /** Raw BTF of vmlinux, where the source has it. */
  readonly btf: Uint8Array | undefined;
  /** Module name to its raw BTF. */
  readonly modules: ReadonlyMap<string, Uint8Array>;
  /** The text of `available_filter_functions`; called once, when the names are first asked for. */
  functions(): Parsed<string>;
  readonly features?: unknown;
  readonly problems: readonly Problem[];
}

/** Where an index comes from; `source` and `location` are the provider's, the rest is the kernel's own. */
export function provenanceOf(
  { release, machine, capturedAt }: SnapshotMeta,
  origin: Pick<KernelProvenance, 'source' | 'location'>,
): KernelProvenance {
  return { release, machine, ...origin, ...(capturedAt !== undefined && { capturedAt }) };
}

/** The first stage of a load: the names of the events, and nothing else yet. */
export function createNamesIndex(
  provenance: KernelProvenance,
  events: Parsed<readonly EventName[]>,
): KernelIndex {
  const types = lazy(() => createTypeIndex({}));
  return {
    provenance,
    events: events.value,
    format: () => undefined,
    formatText: () => undefined,
    get types() {
      return types().value;
    },
    functions: [],
    problems: events.problems,
  };
}

/** The whole index. Reading its `problems` parses everything once (about 50 ms): ask when nobody waits. */
export function createKernelIndex(parts: KernelParts): KernelIndex {
  const { provenance, events, formats } = parts;
  const parsedFormats = new Map<string, TracepointFormat | undefined>();
  const fields = new Map<string, FormatField>();
  const types = lazy(() => createTypeIndex({ vmlinux: parts.btf, modules: parts.modules }));
  const functions = lazy(() => {
    const { value, problems } = parts.functions();
    return { value: functionNames(value), problems };
  });
  const problems = lazy(() => [
    ...parts.problems,
    ...events.problems,
    ...formatProblems(events.value, formats),
    ...(parts.btf === undefined ? [NO_BTF] : types().problems),
    ...functions().problems,
  ]);

  return {
    provenance,
    events: events.value,
    format(category, name) {
      const key = `${category}/${name}`;
      if (!parsedFormats.has(key)) parsedFormats.set(key, parse(formats, category, name, fields)?.value);
      return parsedFormats.get(key);
    },
    formatText: (category, name) => formatText(formats, category, name),
    get types() {
      return types().value;
    },
    get functions() {
      return functions().value;
    },
    features: parts.features,
    get problems() {
      return problems();
    },
  };
}

const NO_BTF: Problem = {
  message: 'the kernel has no BTF (CONFIG_DEBUG_INFO_BTF): its struct types are unknown',
};

function parse(formats: FormatTexts, category: string, name: string, fields: Map<string, FormatField>) {
  const text = formatText(formats, category, name);
  return text === undefined ? undefined : parseFormat(text, category, name, fields);
}

/** Parses every format for what is wrong with it and keeps no result: memory stays as it was. */
function formatProblems(events: readonly EventName[], formats: FormatTexts): readonly Problem[] {
  if (formats.entries.size === 0) return [{ message: 'no format files: fields are unknown' }];
  const problems: Problem[] = [];
  const missing = events.filter(({ category, name }) => !formats.entries.has(`${category}/${name}`));
  if (missing.length > 0) {
    const some = missing.slice(0, 3).map(({ category, name }) => `${category}:${name}`);
    problems.push({
      message: `no format file for ${missing.length} of ${events.length} events`,
      where: some.join(', '),
    });
  }
  const fields = new Map<string, FormatField>();
  for (const key of formats.entries.keys()) {
    const [category = '', name = ''] = key.split('/');
    const where = `events/${key}/format`;
    for (const { message, where: line } of parse(formats, category, name, fields)?.problems ?? []) {
      problems.push({ message, where: line === undefined ? where : `${where}, ${line}` });
    }
  }
  return problems;
}

/** What the kernel prints for a place whose function was discarded at boot. */
const INVALID = '__ftrace_invalid_address___';

/** Without the `[module]` column, sorted, each once. (A Set of 40,000 names takes longer than all of this.) */
function functionNames(text: string): readonly string[] {
  const names = text.split('\n').map((line) => {
    const end = line.indexOf(' ');
    return end < 0 ? line : line.slice(0, end);
  });
  return names.sort().filter((name, i) => name !== '' && name !== names[i - 1] && !name.startsWith(INVALID));
}

function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
