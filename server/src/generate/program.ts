/** The C of functions: what they declare, what they let through, and how they send a record. */
import type { Delivery } from '#core/messages/generate-handler';
import { maxStores, type RecordLayout } from './record';

/** A function at file scope. Lines are indented by tabs. */
export interface FunctionText {
  readonly section: string;
  readonly name: string;
  /** `struct trace_event_raw_sys_enter *`, `void *` */
  readonly ctxType: string;
  readonly locals: readonly string[];
  /** Groups of statements, with an empty line between two. */
  readonly body: readonly (readonly string[])[];
}

export function functionText({ section, name, ctxType, locals, body }: FunctionText): string {
  const groups = [locals.toSorted((a, b) => firstLine(b).length - firstLine(a).length), ...body].filter(
    (group) => group.length > 0,
  );
  const star = ctxType.endsWith('*') ? '' : ' ';
  return [
    `SEC("${section}")`,
    `int ${name}(${ctxType}${star}ctx)`,
    '{',
    groups
      .map((group) =>
        group.map((line) => (line.endsWith(':') && !line.startsWith('\t') ? line : `\t${line}`)).join('\n'),
      )
      .join('\n\n'),
    '}',
  ].join('\n');
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

/** How records leave the kernel. */
export interface Sending {
  readonly delivery: Exclude<Delivery, 'printk'>;
  readonly map: string;
  readonly tag: string;
  readonly layout: RecordLayout;
  /** The per-CPU array that a record too large for the stack is made in. */
  readonly scratch: string | undefined;
  readonly dropped: string;
  /** What ends the function: `return 0;`, or a jump to where it cleans up. */
  readonly leave: string;
}

export interface SentRecord {
  readonly locals: readonly string[];
  readonly body: readonly (readonly string[])[];
}

/** Statements that fill members of the record. */
export interface Fill {
  /** The first of them, after which they come in order; absent for those that come last. */
  readonly member?: string;
  lines(into: string): readonly string[];
}

/**
 * The statements that make a record and send it.
 * @param partial members of which bytes may stay unwritten
 */
export function sendRecord(sending: Sending, fills: readonly Fill[], partial: readonly string[]): SentRecord {
  const { delivery, map, tag, layout, scratch, dropped, leave } = sending;
  const position = ({ member }: Fill) =>
    member === undefined ? Infinity : layout.members.findIndex(({ name }) => name === member);
  const sorted = fills.toSorted((a, b) => position(a) - position(b));
  const fill = (into: string) => sorted.flatMap((one) => one.lines(into));
  const count = `__sync_fetch_and_add(&${dropped}, 1);`;
  if (delivery === 'ringbuf') {
    return {
      locals: [`struct ${tag} *event;`],
      body: [
        [
          `event = bpf_ringbuf_reserve(&${map}, sizeof(*event), 0);`,
          'if (!event) {',
          `\t${count}`,
          `\t${leave}`,
          '}',
        ],
        [...clear(sending, partial), ...fill('event->')],
        ['bpf_ringbuf_submit(event, 0);'],
      ],
    };
  }
  const output = (address: string, size: string) => [
    `if (bpf_perf_event_output(ctx, &${map}, BPF_F_CURRENT_CPU, ${address}, sizeof(${size})))`,
    `\t${count}`,
  ];
  if (scratch === undefined)
    return { locals: [`struct ${tag} event = {};`], body: [fill('event.'), output('&event', 'event')] };
  return {
    locals: ['__u32 zero = 0;', `struct ${tag} *event;`],
    body: [
      [`event = bpf_map_lookup_elem(&${scratch}, &zero);`, 'if (!event)', `\t${leave}`],
      [...clear(sending, partial), ...fill('event->')],
      output('event', '*event'),
    ],
  };
}

/** Zeroes what may stay unwritten: neither an older record nor the kernel's memory is to be seen in it. */
function clear({ layout }: Sending, partial: readonly string[]): string[] {
  if (partial.length > 0 && layout.size <= maxStores * layout.align)
    return ['__builtin_memset(event, 0, sizeof(*event));'];
  return layout.members
    .filter(({ name, padding }) => padding === true || partial.includes(name))
    .map(({ name, length }) =>
      length === undefined
        ? `event->${name} = 0;`
        : `__builtin_memset(event->${name}, 0, sizeof(event->${name}));`,
    );
}

/** Above this a record is not made on the stack, which has 512 bytes for everything. */
export const maxOnStack = 384;
