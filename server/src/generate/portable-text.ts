/** The C of reads that have several ways: which of them is taken is known when the program is loaded. */
import type { Branch, FieldReads, PortableReads, Way } from './portable';
import type { Fill } from './program';
import { fillLines, isPartial, printed, type Access, type Printed } from './read';
import type { RecordLayout } from './record';

/** Statements that fill the members of all fields. */
export function portableFills({ branches }: PortableReads, { members }: RecordLayout): readonly Fill[] {
  const [only, ...more] = branches;
  if (only !== undefined && more.length === 0)
    return only.reads.map((read) => ({
      member: read.plan.members[0].name,
      lines: (into) => fillReads(read, into, false),
    }));
  const position = ({ plan }: FieldReads) => members.findIndex(({ name }) => name === plan.members[0].name);
  const lines = (into: string) =>
    branchLines(branches, (reads) =>
      reads.toSorted((a, b) => position(a) - position(b)).flatMap((read) => fillReads(read, into, true)),
    );
  return [{ lines }];
}

/** The statements for the kernel that the program is loaded on. */
export function branchLines(
  branches: readonly Branch[],
  lines: (reads: readonly FieldReads[]) => readonly string[],
): readonly string[] {
  if (branches.length === 1) return branches.flatMap(({ reads }) => lines(reads));
  const blocks = branches.flatMap(({ condition, reads }, i) => [
    `${i === 0 ? '' : '} else '}${condition === undefined ? '' : `if (${condition}) `}{`,
    ...lines(reads).map((line) => `\t${line}`),
  ]);
  return [...blocks, '}'];
}

/** @param branched under a condition already */
function fillReads({ plan, ways }: FieldReads, into: string, branched: boolean): readonly string[] {
  const [first, ...rest] = ways;
  const [member] = plan.members;
  if (first === undefined) return [];
  const lines = (way: Way) => fillLines(way.plan, into, accessOf(way, branched || isConditional(ways)));
  if (rest.length === 0 && first.condition !== undefined && first.plan.read.by === 'value') {
    const target = `${into}${member.name} = `;
    const [assignment = ''] = lines(first);
    return [`${target}${first.condition} ? ${assignment.slice(target.length, -1)} : 0;`];
  }
  return ways.flatMap((way, i) => {
    if (i === 0 && way.condition === undefined) return lines(way);
    const condition = way.condition === undefined ? '' : `if (${way.condition})`;
    const head = `${i === 0 ? '' : 'else '}${condition}`.trimEnd();
    return [head, ...lines(way).map((line) => `\t${line}`)];
  });
}

function isConditional(ways: readonly Way[]): boolean {
  return ways.some(({ condition }) => condition !== undefined);
}

/**
 * Of two branches that end alike clang makes one, with the offset in a register; but ctx can only be read at constant
 * offsets. There, a helper copies.
 */
function accessOf({ base, plan: { path, read, members }, resized }: Way, branched: boolean): Access {
  const place = `${base}->${path}`;
  const macro = resized && read.by === 'value' ? 'BPF_CORE_READ_BITFIELD_PROBED' : 'BPF_CORE_READ';
  const [member] = members;
  return {
    place,
    load: branched ? `${macro}(${base}, ${path})` : place,
    ...(resized && member.shown !== 'string' && { size: `bpf_core_field_size(${place})` }),
  };
}

/** Whether bytes of the members may stay unwritten. */
export function isPartialRead({ ways }: FieldReads): boolean {
  const [only] = ways;
  if (
    only === undefined ||
    ways.some(({ plan, resized }) => isPartial(plan) || (resized && plan.read.by === 'array'))
  )
    return true;
  if (ways.length === 1 && only.plan.read.by === 'value') return false;
  return ways.at(-1)?.condition !== undefined;
}

/** As an argument of `bpf_printk()`; undefined where it cannot be one. */
export function printReads({ ways }: FieldReads, branched: boolean): Printed | undefined {
  const conditional = isConditional(ways);
  const texts = ways.map((way) => printed(way.plan, accessOf(way, branched || conditional)));
  const [first] = texts;
  if (first === undefined || (conditional && texts.some((text) => text?.line !== undefined)))
    return undefined;
  const nothing = first.isString ? '(void *)""' : '0';
  const argument = ways.reduceRight((rest, { condition }, i) => {
    const text = texts[i]?.argument ?? nothing;
    const value = first.isString && conditional ? `(void *)${text.replace(/^\(void \*\)/, '')}` : text;
    return condition === undefined ? value : `${condition} ? ${value} : ${rest}`;
  }, nothing);
  return { ...first, argument };
}
