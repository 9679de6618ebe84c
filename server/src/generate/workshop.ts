/** Where the programs of one file are made: what they share is here once, under names that nothing else has. */
import type { Delivery, ProcessFact } from '#core/messages/generate-handler';
import type { EventName, FormatField, TracepointFormat } from '#core/kernel/model';
import { planCtx, type CtxPlan } from './ctx';
import type { Existing } from './existing';
import { planField, withoutTypes, type FieldPlan } from './field';
import { readDynamicHelper } from './read';
import { planFilters, type FilterPlan } from './filters';
import { mapText, pickMap } from './maps';
import type { GenerateOptions, GenerateTarget, Part, RecordMember, RecordStruct } from './model';
import { createNames, functionName, memberName, type Names } from './names';
import { planFacts, type FactPlan } from './process';
import { maxOnStack } from './program';
import { isSameStruct, layOut, structText, type RecordLayout } from './record';
import type { TypeSource } from './type-source';

export interface Order {
  readonly options: GenerateOptions;
  readonly target: GenerateTarget;
  readonly delivery: Delivery;
  readonly existing: Existing;
  readonly types: TypeSource;
}

export interface PlannedRecord {
  readonly tag: string;
  readonly map: string;
  readonly layout: RecordLayout;
  /** The per-CPU array that it is made in, where it is too large for the stack. */
  readonly scratch: string | undefined;
}

interface Flavour {
  readonly name: string;
  readonly local: string;
  /** Declarations by member. */
  readonly members: Map<string, string>;
}

export class Workshop {
  readonly order: Order;
  readonly filters: FilterPlan;
  readonly records: RecordStruct[] = [];
  readonly #names: Names;
  readonly #parts: Part[] = [];
  readonly #notes = new Set<string>();
  /** What shared things are called here, by the name that they would like to have. */
  readonly #symbols = new Map<string, string>();
  readonly #flavours = new Map<string, Flavour>();

  constructor(order: Order) {
    this.order = order;
    this.#names = createNames(
      (name) => order.existing.isTaken(name) || order.types.definition(name) !== undefined,
    );
    this.filters = planFilters(order.options.filter, (part) => this.symbol(part));
    for (const part of this.filters.parts) this.add(part);
  }

  /** What the file does not have yet, by kind, each kind in the order in which it was added. */
  get parts(): readonly Part[] {
    const flavours = [...this.#flavours.values()].map(({ name, members }): Part => {
      const lines = [...members.values()].map((text) => `\t${text};`);
      const text = [`struct ${name} {`, ...lines, '} __attribute__((preserve_access_index));'].join('\n');
      return { kind: 'struct', name, text };
    });
    const order: readonly Part['kind'][] = [
      'include',
      'license',
      'struct',
      'map',
      'global',
      'helper',
      'program',
    ];
    return [...this.#parts, ...flavours].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  }

  get functions(): readonly string[] {
    return this.#parts.filter(({ kind }) => kind === 'program').map(({ name }) => name);
  }

  get notes(): readonly string[] {
    return [...this.#notes];
  }

  /** The name of the counter, if any program counts. */
  get droppedCounter(): string | undefined {
    return this.#symbols.get('dropped');
  }

  note(text: string): void {
    this.#notes.add(text);
  }

  add(part: Part): void {
    const isThere = this.#parts.some(({ kind, name }) => kind === part.kind && name === part.name);
    if (!isThere && !this.order.existing.has(part)) this.#parts.push(part);
  }

  /** The part's own name where that is free, or where the file has this very part. */
  symbol(part: Part): string {
    const known = this.#symbols.get(part.name);
    if (known !== undefined) return known;
    const given = this.order.existing.has(part) ? part.name : this.#names.unique(part.name);
    this.#symbols.set(part.name, given);
    return given;
  }

  unique(name: string): string {
    return this.#names.unique(name);
  }

  programName({ category, name }: EventName): string {
    return this.#names.unique(functionName(category, name));
  }

  /**
   * A struct of another kernel, under a name that libbpf takes for the same (what follows `___` does not count), with
   * the members that are asked for; and what a pointer to it is called.
   */
  flavour(tag: string, label: string, member?: { readonly name: string; readonly text: string }): Flavour {
    for (let n = 1; ; n++) {
      const local = n === 1 ? label : `${label}_${n}`;
      const key = `${tag}___${local}`;
      const known = this.#flavours.get(key) ?? { name: this.#names.unique(key), local, members: new Map() };
      this.#flavours.set(key, known);
      if (member === undefined) return known;
      // Two kernels of one release may differ.
      if ((known.members.get(member.name) ?? member.text) !== member.text) continue;
      known.members.set(member.name, member.text);
      return known;
    }
  }

  /** The type of ctx for a program that reads these fields; its struct is added where no header has it. */
  ctxType(format: TracepointFormat, plans: readonly FieldPlan[]): string {
    const { type, local } = this.#planCtx(format, plans);
    if (local === undefined) return type;
    const tag = this.symbol({ kind: 'struct', name: local.tag, text: local.text(local.tag) });
    this.add({ kind: 'struct', name: tag, text: local.text(tag) });
    return `struct ${tag} *`;
  }

  /** Whether that is the kernel's own struct: only there libbpf puts offsets right. */
  isKernelCtx(format: TracepointFormat, plans: readonly FieldPlan[]): boolean {
    return this.#planCtx(format, plans).local === undefined;
  }

  #planCtx(format: TracepointFormat, plans: readonly FieldPlan[]): CtxPlan {
    const { target, types } = this.order;
    const members = plans.map(({ path }) => path.replace(/\[.*$/, ''));
    return planCtx(format, target.kernel, types, members);
  }

  /** The counter of records that found no room. */
  dropped(): string {
    const text = (name: string) => `/* Records that found no room. */\n__u64 ${name};`;
    const name = this.symbol({ kind: 'global', name: 'dropped', text: text('dropped') });
    this.add({ kind: 'global', name, text: text(name) });
    return name;
  }

  /** Fields as members of one record, whose other members are called as in `taken`. */
  fields(
    format: TracepointFormat,
    fields: readonly FormatField[],
    taken: readonly string[],
  ): readonly FieldPlan[] {
    const used = new Set(taken);
    const { types } = this.order.target.kernel.index;
    const plans = fields.flatMap((field) => {
      const plan = planField(format, field, freeName(format, field.name, used), types);
      if (plan === undefined) {
        this.note(`${format.name}: ${field.name} is left out, a program cannot read it.`);
        return [];
      }
      for (const { name } of plan.members) used.add(name);
      return [plan];
    });
    return this.isKernelCtx(format, plans) ? plans : plans.map(withoutTypes);
  }

  /** What only a record has: a trace line has no room for arrays. */
  announce(format: TracepointFormat, plans: readonly FieldPlan[]): void {
    for (const { field, members, cut, read } of plans) {
      if (cut)
        this.note(`${format.name}: of ${field.name} the record has the first ${members[0].size} bytes.`);
      if (read.by === 'dynamic') this.add({ kind: 'helper', name: 'read_dynamic', text: readDynamicHelper });
    }
  }

  facts(format: TracepointFormat, own: readonly FormatField[]): readonly FactPlan[] {
    const { hasKernelTypes } = this.order.types;
    const facts = planFacts(this.#wantedFacts(format, own));
    return facts.filter(({ fact, needs, helpers }) => {
      if (needs === 'task' && !hasKernelTypes) {
        this.note(`${fact} is left out: it is in struct task_struct, which only vmlinux.h defines.`);
        return false;
      }
      for (const part of helpers) this.add(part);
      return true;
    });
  }

  /** Unless told otherwise: who it was, where the event does not say so; the trace buffer says it by itself. */
  #wantedFacts(format: TracepointFormat, own: readonly FormatField[]): readonly ProcessFact[] {
    const { options, delivery } = this.order;
    if (options.process !== undefined) return options.process;
    if (delivery === 'printk') return [];
    const says = (fact: string) => own.some(({ name }) => name === fact || name.endsWith(`_${fact}`));
    // What a system call is given says nothing of who called it.
    return (['pid', 'comm'] as const).filter((fact) => format.category === 'syscalls' || !says(fact));
  }

  /** Defines a record, with the map that carries it. */
  record(subject: string, members: readonly RecordMember[], events: readonly EventName[]): PlannedRecord {
    const { existing, delivery: asked } = this.order;
    const delivery = asked === 'perfbuf' ? 'perfbuf' : 'ringbuf';
    const layout = layOut(members);
    const tag = this.struct(`${subject}_event`, layout);
    const map = pickMap({ tag, subject, delivery, existing, names: this.#names, records: this.records });
    if (!map.exists) this.add({ kind: 'map', name: map.name, text: mapText(map.name, delivery) });
    this.records.push({ name: tag, members: layout.members, size: layout.size, map: map.name, events });
    // bpf2go finds the types that it is to translate by name among those of the object.
    if (this.order.options.loader === 'go') {
      const name = this.unique(`unused_${tag}`);
      this.add({ kind: 'global', name, text: `const struct ${tag} *${name} __attribute__((unused));` });
    }
    if (delivery === 'ringbuf' || layout.size <= maxOnStack)
      return { tag, map: map.name, layout, scratch: undefined };
    const scratch = this.unique(`${subject}_scratch`);
    this.add({ kind: 'map', name: scratch, text: mapText(scratch, 'scratch', tag) });
    return { tag, map: map.name, layout, scratch };
  }

  /** Defines a struct, or finds it in the file; the tag is one that neither the file nor a kernel has for another. */
  struct(wanted: string, layout: RecordLayout): string {
    const { target, types } = this.order;
    const kernels = [target.kernel, ...target.kernel.others].map(({ index }) => index.types);
    const isKernels = (name: string) =>
      kernels.some(
        (kernel) =>
          kernel.struct(name) !== undefined ||
          kernel.union(name) !== undefined ||
          kernel.enumeration(name) !== undefined,
      );
    const free = isKernels(wanted) ? `${wanted}_record` : wanted;
    const isUsed = this.records.some(({ name }) => name === free);
    const definition = types.definition(free);
    if (definition !== undefined && !isUsed && isSameStruct(definition, layout.members)) return free;
    const tag = this.unique(free);
    this.add({ kind: 'struct', name: tag, text: structText(tag, layout) });
    return tag;
  }
}

/** The field's own name, unless another member has it: then it is said whose it is. */
function freeName(format: TracepointFormat, field: string, used: ReadonlySet<string>): string {
  const name = memberName(field);
  if (!used.has(name)) return name;
  const whose = format.category === 'syscalls' ? 'arg' : /^(?:pid|tid|comm)$/.test(name) ? 'task' : 'event';
  return createNames((other) => used.has(other)).unique(`${whose}_${name}`);
}
