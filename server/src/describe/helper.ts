/** A BPF helper in Markdown: its prototype, what the kernel's headers say of it, and who may call it. */
import type { HelperDoc } from '#core/bpf/helper-docs.generated';
import { GPL_ONLY_HELPERS } from '#core/bpf/helper-licenses.generated';
import type { KernelIndex } from '#core/kernel/model';
import { callingTypes, firstProbed, isAbsent, probedTypes, type CallingType } from '../helpers/availability';
import type { Helper } from '../helpers/helpers';
import { code, inline, paragraphs } from './markdown';
import { provenanceLine } from './provenance';
import { markdownOf } from './rst';

export function describeHelper(index: KernelIndex, helper: Helper, doc: HelperDoc | undefined): string {
  return paragraphs([code(`${helper.prototype};`), helperText(helper, doc), absence(index, helper)]);
}

/** Who may call it, and whether the target has it. */
export function describeCallers(index: KernelIndex, helper: Helper): string {
  return paragraphs([license(helper), callers(helper), absence(index, helper)]);
}

/** Without its prototype and the kernel, for where these are shown or do not matter. */
export function helperText(helper: Helper, doc: HelperDoc | undefined): string {
  const names = new Set(helper.parameters.map(({ name }) => name));
  const [description, returns] = doc ?? [];
  return paragraphs([
    description && markdownOf(description, names),
    returns && titled('Returns', markdownOf(returns, names)),
    license(helper),
    callers(helper),
  ]);
}

function license({ name }: Helper): string | undefined {
  return GPL_ONLY_HELPERS.has(name) ? 'Only programs with a GPL compatible license may call it.' : undefined;
}

/** The program types that may call it, by the first of the kernels that were asked. */
function callers(helper: Helper): string | undefined {
  const types = callingTypes(helper);
  const [first] = types;
  if (first === undefined) return undefined;
  if (types.length === probedTypes.size && types.every(({ only }) => only === undefined))
    return `Programs of every type may call it${first.since === firstProbed ? '' : `, since ${first.since}`}.`;
  const groups = [...new Set(types.map(({ since }) => since))].map((since) => {
    const names = types.filter((one) => one.since === since).map(callerName);
    return `since ${since}${since === firstProbed ? ' or before' : ''} ${names.join(', ')}`;
  });
  return `**Program types** ${groups.join('; ')}.`;
}

const callerName = ({ type, only }: CallingType): string =>
  only === undefined ? type : `${type} (${only === 'sleepable' ? 'that may sleep' : 'some'})`;

/** A list does not go on in the line of its title. */
const titled = (title: string, text: string): string =>
  `**${title}**${text.startsWith('- ') ? '\n\n' : ' '}${text}`;

/** Where the target's own list of helpers does not have it. */
function absence(index: KernelIndex, helper: Helper): string | undefined {
  if (!isAbsent(index, helper)) return undefined;
  return `The target kernel does not have ${inline(helper.name)}: ${provenanceLine(index.provenance)}.`;
}

/** The sentences of the documentation that speak of a parameter. */
export function parameterText(helper: Helper, name: string, doc: HelperDoc | undefined): string {
  const names = new Set(helper.parameters.map((parameter) => parameter.name));
  const prose = (doc?.[0] ?? '')
    .split(/\n\s*\n/)
    .filter((paragraph) => !/^[\t ]|^[*+-] |^\*\*.*\n\t/.test(paragraph));
  const sentences = prose.flatMap((paragraph) =>
    paragraph.replace(/\s+/g, ' ').split(/(?<=[.:])\s+(?=[A-Z*])/),
  );
  const about = sentences.filter((sentence) => new RegExp(`\\*${name}\\*`).test(sentence));
  return name === '' ? '' : markdownOf(about.join(' ').replace(/:$/, '.'), names);
}
