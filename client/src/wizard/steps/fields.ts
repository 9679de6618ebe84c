/** Which fields of the events go into the record: one question for all of them. */
import type { TracepointField } from '#core/messages/tracepoint';
import { eventKey, type Answers, type ChosenEvent } from '../answers';
import type { Step } from '../flow';
import type { Choice } from '../quick-input';
import type { WizardContext } from '../context';

interface ChosenField {
  readonly event: ChosenEvent;
  readonly field: string;
}

export function fieldsStep({ inputs }: WizardContext): Step<Answers> {
  return {
    applies: ({ events }) => events.some(({ fields }) => fields.length > 0),
    async ask(answers, place) {
      const choices = answers.events.flatMap((event) => [
        ...(answers.events.length > 1 && event.fields.length > 0 ? [event.name] : []),
        ...event.fields.map((field) => toChoice(event, field, answers)),
      ]);
      const about = answers.events.length === 1 ? answers.events[0]?.name : undefined;
      const question = { ...place, ...(about !== undefined && { about }) };
      const reply = await inputs.pickMany<ChosenField>(
        { ...question, placeholder: 'Fields of the record' },
        choices,
      );
      if (reply.kind !== 'next') return reply;
      return { kind: 'next', value: { ...answers, fields: byEvent(answers.events, reply.value) } };
    },
  };
}

function toChoice(event: ChosenEvent, field: TracepointField, answers: Answers): Choice<ChosenField> {
  const { name, declaration, argument, pointer, worthHaving } = field;
  const chosen = answers.fields[eventKey(event)];
  const description = [
    typeIn(declaration, name),
    ...(argument === undefined ? [] : [`args[${argument}]`]),
    ...(pointer === 'user' ? ['user memory'] : []),
  ];
  return {
    label: name,
    description: description.join(' · '),
    value: { event, field: name },
    picked: chosen === undefined ? worthHaving : chosen.includes(name),
  };
}

/** `char[16]` of `char comm[16]`. */
function typeIn(declaration: string, name: string): string {
  const at = declaration.lastIndexOf(name);
  const after = declaration.slice(at + name.length);
  return at < 0 ? declaration : `${declaration.slice(0, at).trimEnd()}${after}`;
}

function byEvent(events: readonly ChosenEvent[], chosen: readonly ChosenField[]): Answers['fields'] {
  return Object.fromEntries(
    events.map((event) => [
      eventKey(event),
      chosen.filter((one) => one.event === event).map(({ field }) => field),
    ]),
  );
}
