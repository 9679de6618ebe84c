/** Every event of every bundled kernel goes through the parsers and the ctx rule. The counts are those of docs/ctx-structs.md. */
import { describe, expect, it } from 'vitest';
import { createCtxResolver } from '#core/kernel/ctx-resolve';
import type { CtxStruct } from '#core/kernel/ctx-struct';
import { fieldFacts, syscallArguments, syscallSide } from '#core/kernel/fields';
import { parseFormat } from '#core/kernel/format';
import { formatSignature, layoutMismatches, structSignature } from '#core/kernel/layout';
import type { KernelIndex, TracepointFormat } from '#core/kernel/model';
import { parsePrintFmt } from '#core/kernel/print-fmt';
import { readExample } from '#core/kernel/read-example';
import { bundledKernel, type BundledId } from '#support/bundled';

interface Expected {
  readonly events: number;
  readonly steps: Readonly<Record<CtxStruct['step'], number>>;
}

const kernels: Readonly<Record<BundledId, Expected>> = {
  '5.10-debian-amd64': {
    events: 1330,
    steps: { syscall: 672, own: 343, layout: 306, prototype: 0, prefix: 9 },
  },
  '6.1-debian-amd64': {
    events: 1372,
    steps: { syscall: 690, own: 367, layout: 310, prototype: 1, prefix: 4 },
  },
  '6.1-debian-arm64': {
    events: 1266,
    steps: { syscall: 600, own: 382, layout: 269, prototype: 11, prefix: 4 },
  },
  '6.12-debian-amd64': {
    events: 1534,
    steps: { syscall: 716, own: 422, layout: 391, prototype: 1, prefix: 4 },
  },
  '6.18-microvm-amd64': {
    events: 2305,
    steps: { syscall: 720, own: 577, layout: 992, prototype: 1, prefix: 15 },
  },
};

describe.each(Object.entries(kernels) as [BundledId, Expected][])('all events of %s', (id, expected) => {
  const opened = bundledKernel(id);
  const formats = opened.then((kernel) => kernel.events.map((event) => formatOf(kernel, event)));
  const contexts = opened.then(async (kernel) => {
    const resolve = createCtxResolver(kernel);
    return (await formats).map((format) => ({ format, struct: contextOf(resolve, format) }));
  });

  it('have a format without problems', async () => {
    const kernel = await opened;
    expect(kernel.events).toHaveLength(expected.events);
    for (const { category, name } of kernel.events) {
      const { value, problems } = parseFormat(kernel.formatText(category, name) ?? '', category, name);
      expect(problems, `${category}:${name}`).toEqual([]);
      const fields = value?.fields ?? [];
      expect(value?.id).toBeGreaterThan(0);
      expect(value?.recordSize).toBe(Math.max(8, ...fields.map((f) => f.offset + f.size)));
    }
  });

  it('have a print fmt that reads only fields of the event, one argument for each conversion', async () => {
    for (const { category, name, printFmt, fields, commonFields } of await formats) {
      const { value, problems } = parsePrintFmt(printFmt);
      expect(problems, `${category}:${name}`).toEqual([]);
      const known = [...fields, ...commonFields].map((f) => f.name);
      const unknown = value.args.flatMap((a) => a.fields).filter((field) => !known.includes(field));
      expect(unknown, `${category}:${name}`).toEqual([]);
      expect(value.args, `${category}:${name}`).toHaveLength(conversions(value.format));
    }
  });

  it('have a ctx struct, by these steps', async () => {
    const steps = { syscall: 0, own: 0, layout: 0, prototype: 0, prefix: 0 };
    for (const { struct } of await contexts) steps[struct.step]++;
    expect(steps).toEqual(expected.steps);
  });

  it('have a ctx struct whose members are the fields of the format', async () => {
    const { types } = await opened;
    for (const { format, struct } of await contexts) {
      if (syscallSide(format) !== undefined) continue;
      const layout = types.struct(struct.name);
      if (layout === undefined) throw new Error(`${struct.name} is not there`);
      expect(structSignature(layout)).toBe(formatSignature(format));
      expect(layoutMismatches(format, layout, 'name')).toEqual([]);
      expect(layoutMismatches(format, layout, 'place')).toEqual([]);
    }
  });

  it('of syscalls have their arguments in the order of args', async () => {
    const kernel = await opened;
    const layout = kernel.types.struct('trace_event_raw_sys_enter');
    const args = layout?.members.find((member) => member.name === 'args');
    expect(args && args.bitOffset / 8).toBe(16);
    const enter = (await formats).filter((f) => syscallSide(f) === 'enter');
    expect(enter).toHaveLength(expected.steps.syscall / 2);
    for (const format of enter) {
      syscallArguments(format).forEach((field, n) => {
        // On these five kernels the record has the offsets of ctx as well.
        expect(field.offset, `${format.name} ${field.name}`).toBe(16 + 8 * n);
        expect(fieldFacts(format, field)).toMatchObject({ argument: n, path: `args[${n}]` });
      });
    }
  });

  it('have fields that a program is shown how to read', async () => {
    for (const format of await formats) {
      for (const field of format.fields.filter((f) => f.size > 0)) {
        const lines = readExample(format, field);
        expect(lines.at(-1), `${format.name} ${field.name}`).toContain(
          `ctx->${fieldFacts(format, field).path}`,
        );
      }
    }
  });
});

function formatOf(
  kernel: KernelIndex,
  { category, name }: { category: string; name: string },
): TracepointFormat {
  const format = kernel.format(category, name);
  if (format === undefined) throw new Error(`no format of ${category}:${name}`);
  return format;
}

function contextOf(resolve: ReturnType<typeof createCtxResolver>, format: TracepointFormat): CtxStruct {
  const struct = resolve(format);
  if (struct === undefined) throw new Error(`${format.category}:${format.name} has none`);
  return struct;
}

/** Arguments that a printf format takes: one for each conversion, and one for each `*`. */
function conversions(format: string): number {
  const found = format.replaceAll('%%', '').match(/%[-+ #0]*(?:\*|\d*)(?:\.(?:\*|\d*))?/g) ?? [];
  return found.reduce((count, conversion) => count + 1 + (conversion.match(/\*/g)?.length ?? 0), 0);
}
