/**
 * Reads of an event's fields that are right on several kernels. libbpf puts offsets and sizes right (CO-RE); what it
 * cannot put right is asked for when the program is loaded, by structs of other kernels under names of their own
 * (`struct trace_event_raw_kfree___v6_1`).
 */
import type { TracepointFormat } from '#core/kernel/model';
import { syscallSide } from '#core/kernel/fields';
import type { FieldPlan } from './field';
import { portableArguments } from './portable-arguments';
import { isReadAlike, isSameValue, variantOf, widened, type Variant, type VariantField } from './variants';
import type { Workshop } from './workshop';

/** The code for the kernels that call the event's struct by one name. */
export interface Branch {
  /** True on these kernels, a constant when the program is loaded; undefined for the last one, which needs none. */
  readonly condition: string | undefined;
  readonly reads: readonly FieldReads[];
}

/** The ways to read one field: the first whose condition holds is the one. None holds where the field is missing. */
export interface FieldReads {
  readonly plan: FieldPlan;
  readonly ways: readonly Way[];
}

export interface Way {
  readonly condition: string | undefined;
  readonly plan: FieldPlan;
  /** `ctx`, or a pointer to it as another kernel has it. */
  readonly base: string;
  /** The member has another size on some kernel. */
  readonly resized: boolean;
}

export interface PortableReads {
  /** With members that are large enough on every kernel. */
  readonly plans: readonly FieldPlan[];
  /** At least one; only the last has no condition. */
  readonly branches: readonly Branch[];
  /** Pointers to ctx as other kernels have it. */
  readonly locals: readonly string[];
}

export function portableReads(
  format: TracepointFormat,
  plans: readonly FieldPlan[],
  workshop: Workshop,
): PortableReads {
  const { kernel } = workshop.order.target;
  const alone: PortableReads = {
    plans,
    branches: [{ condition: undefined, reads: plans.map(onlyWay) }],
    locals: [],
  };
  const own = variantOf(kernel, format, plans, kernel);
  if (kernel.others.length === 0) return alone;
  if (syscallSide(format) !== undefined) {
    portableArguments(format, plans, workshop);
    return alone;
  }
  const others = kernel.others.flatMap((other) => {
    const variant = variantOf(other, format, plans, kernel);
    if (variant === undefined)
      workshop.note(`${other.index.provenance.release} has no event ${format.name}.`);
    return variant ?? [];
  });
  if (own === undefined || !workshop.isKernelCtx(format, plans)) return alone;
  return new Portable(format, own, others, workshop).reads(plans);
}

function onlyWay(plan: FieldPlan): FieldReads {
  return { plan, ways: [{ condition: undefined, plan, base: 'ctx', resized: false }] };
}

function wayKey({ plan, declaration = '' }: VariantField): string {
  return `${plan.path} ${declaration}`;
}

class Portable {
  readonly #format: TracepointFormat;
  readonly #own: Variant;
  readonly #others: readonly Variant[];
  readonly #workshop: Workshop;
  readonly #locals = new Map<string, string>();

  constructor(format: TracepointFormat, own: Variant, others: readonly Variant[], workshop: Workshop) {
    this.#format = format;
    this.#own = own;
    this.#others = others;
    this.#workshop = workshop;
  }

  reads(asked: readonly FieldPlan[]): PortableReads {
    const plans = asked.map((plan, i) =>
      widened(
        plan,
        this.#others.flatMap(({ fields }) => fields[i]?.plan ?? []),
      ),
    );
    const same = this.#others.filter(({ tag }) => tag === this.#own.tag);
    const renamed = this.#others.filter(({ tag }) => tag !== this.#own.tag);
    const tags = [...new Set(renamed.map(({ tag }) => tag))];
    const branches = tags.flatMap((tag): Branch[] => {
      const variants = renamed.filter((variant) => variant.tag === tag);
      const condition = this.#condition(tag, variants, same);
      if (condition === undefined) return [];
      return [{ condition, reads: plans.map((plan, i) => this.#renamedField(plan, i, variants)) }];
    });
    const main = plans.map((plan, i) => {
      const field = this.#own.fields[i];
      return field === undefined ? onlyWay(plan) : this.#field(plan, i, 'ctx', field, same);
    });
    return {
      plans,
      branches: [...branches, { condition: undefined, reads: main }],
      locals: [...this.#locals.values()],
    };
  }

  /** What is true on the kernels that call the struct so, and on no other. */
  #condition(tag: string, variants: readonly Variant[], same: readonly Variant[]): string | undefined {
    const [first] = variants;
    const rest = this.#others.filter((other) => !variants.includes(other) && !same.includes(other));
    const has = ({ types }: Variant) => types.struct(tag) !== undefined;
    if (first !== undefined && ![this.#own, ...same, ...rest].some(has))
      return `bpf_core_type_exists(${this.#flavour(first, undefined).type})`;
    const hasOwn = ({ types }: Variant) => types.struct(this.#own.tag) !== undefined;
    if (rest.length === 0 && !variants.some(hasOwn)) return `!bpf_core_type_exists(struct ${this.#own.tag})`;
    const releases = variants.map(({ release }) => release).join(', ');
    this.#workshop.note(
      `${this.#format.name} is laid out otherwise on ${releases}, and nothing tells these kernels apart: there the record is wrong.`,
    );
    return undefined;
  }

  /** A field on the kernels that have the struct by another name: the first of them that has it leads. */
  #renamedField(plan: FieldPlan, i: number, variants: readonly Variant[]): FieldReads {
    for (const variant of variants) {
      const field = variant.fields[i];
      if (field?.declaration === undefined || !isSameValue(plan, field.plan)) continue;
      const { local } = this.#flavour(variant, field);
      return this.#field({ ...field.plan, members: plan.members }, i, local, field, variants);
    }
    this.#noteMissing(plan, i, variants);
    return { plan, ways: [] };
  }

  #field(
    plan: FieldPlan,
    i: number,
    base: string,
    field: VariantField,
    variants: readonly Variant[],
  ): FieldReads {
    const value = `${base}->${field.plan.path}`;
    const others: { readonly variant: Variant; readonly field: VariantField }[] = [];
    const without: Variant[] = [];
    let sizes = false;
    for (const variant of variants) {
      const there = variant.fields[i];
      if (there === undefined) without.push(variant);
      else if (isReadAlike(field, there)) sizes ||= field.plan.field.size !== there.plan.field.size;
      else if (there.declaration === undefined || !isSameValue(plan, there.plan)) without.push(variant);
      else others.push({ variant, field: there });
    }
    if (without.length > 0) this.#noteMissing(plan, i, without);
    const exists = `bpf_core_field_exists(${value})`;
    const resized = others.some(
      ({ field: { plan: other, kind } }) => other.path === field.plan.path && kind === field.kind,
    );
    const fits = `bpf_core_field_size(${value}) == ${field.plan.field.size}`;
    const isOptional =
      without.length > 0 ||
      others.some(({ field: other }) => other.plan.path !== field.plan.path || other.kind !== field.kind);
    const conditions = [...(isOptional ? [exists] : []), ...(resized ? [fits] : [])];
    const main: Way = {
      condition: conditions.length === 0 ? undefined : conditions.join(' && '),
      plan: { ...field.plan, members: plan.members },
      base,
      resized: sizes,
    };
    const different = [...new Map(others.map((other) => [wayKey(other.field), other])).values()];
    const more = different.map(({ variant, field: other }, n): Way => {
      const { local } = this.#flavour(variant, other);
      const isLast = n === different.length - 1 && without.length === 0;
      return {
        condition: isLast ? undefined : `bpf_core_field_exists(${local}->${other.plan.path})`,
        plan: { ...other.plan, members: plan.members },
        base: local,
        resized: false,
      };
    });
    return { plan, ways: [main, ...more] };
  }

  /** The struct as the kernel of this variant has it, with this field among its members, and a pointer to it. */
  #flavour(
    { tag, label }: Variant,
    field: VariantField | undefined,
  ): { readonly type: string; readonly local: string } {
    const member =
      field?.declaration === undefined ? undefined : { name: field.plan.path, text: field.declaration };
    const { name, local } = this.#workshop.flavour(tag, label, member);
    const type = `struct ${name}`;
    if (member !== undefined) this.#locals.set(local, `${type} *${local} = (void *)ctx;`);
    return { type, local };
  }

  #noteMissing({ field }: FieldPlan, i: number, variants: readonly Variant[]): void {
    const note = (some: readonly Variant[], why: string) => {
      if (some.length === 0) return;
      const releases = [...new Set(some.map(({ release }) => release))].join(', ');
      this.#workshop.note(`${this.#format.name}: ${field.name} is zero on ${releases}, ${why}.`);
    };
    const isThere = ({ fields }: Variant) => fields[i] !== undefined;
    note(
      variants.filter((variant) => !isThere(variant)),
      'which has no such field',
    );
    note(variants.filter(isThere), 'where the field is something else');
  }
}
