/** Reads around the end of every record: `ctx-record-range` says what the kernel does when the program is attached. */
import { expect, test } from 'vitest';
import type { TracepointFormat } from '#core/kernel/model';
import { disagreements, judge, outcome } from '#support/bpf/judge';
import type { Candidate } from '#support/bpf/judge';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

describeUnless(requireKernel(), 'ctx-record-range', () => {
  test('says of reads at, across and past the end of every other record what the kernel says', async () => {
    const kernel = await liveKernel();
    const events = kernel.index.events.filter(
      ({ category, name }) => category !== 'syscalls' || !name.startsWith('sys_enter_'),
    );
    expect(events.length).toBeGreaterThan(1000);
    const formats = events.map(({ category, name }) => kernel.index.format(category, name));
    expect(formats).not.toContain(undefined);

    const candidates = formats.flatMap((format, i) => (format ? reads(format, i) : []));
    const judged = await judge(candidates, { attach: true, kernel });
    expect(disagreements(judged, { code: 'ctx-record-range', refusal: 'attach EACCES' })).toEqual([]);
    // At least the read past the end is refused, and the one before it is not.
    expect(judged.filter((one) => outcome(one.kernel) === 'ok')).toHaveLength(events.length);
    expect(candidates.length).toBeGreaterThanOrEqual(2 * events.length);
  });
});

/** Two ways to write a read take turns. */
function reads(format: TracepointFormat, nth: number): readonly Candidate[] {
  const pair = nth % 2 === 0 ? readsByOffset(format) : readsByStruct(format);
  const across = readAcross(format);
  return across ? [...pair, across] : pair;
}

/** The last byte, and the one behind it, through a cast of ctx. */
function readsByOffset(format: TracepointFormat): readonly Candidate[] {
  return [
    program(format, { form: 'last', body: `return *((__u8 *)ctx + ${format.recordSize - 1});` }),
    program(format, { form: 'past', body: `return *((__u8 *)ctx + ${format.recordSize});` }),
  ];
}

/** The same two bytes through structs of the program's own. */
function readsByStruct(format: TracepointFormat): readonly Candidate[] {
  const last = format.fields.at(-1);
  if (last === undefined) throw new Error(`${format.name} has no fields`);
  return [
    structRead(
      format,
      'last',
      `__u8 before[${last.offset}]; __u8 bytes[${last.size}]`,
      `bytes[${last.size - 1}]`,
    ),
    structRead(format, 'past', `__u8 before[${format.recordSize}]; __u8 byte`, 'byte'),
  ];
}

function structRead(format: TracepointFormat, form: string, fields: string, path: string): Candidate {
  const tag = `record_${functionName(format, form)}`;
  return program(format, {
    form,
    before: `struct ${tag} { ${fields}; };\n`,
    parameter: `struct ${tag} *ctx`,
    body: `return ctx->${path};`,
  });
}

/** A word that begins before the end and goes past it, where the record ends inside a word. */
function readAcross(format: TracepointFormat): Candidate | undefined {
  const offset = format.recordSize - (format.recordSize % 8);
  if (offset === format.recordSize) return undefined;
  const body = `__u64 word = *(__u64 *)((void *)ctx + ${offset});\n\treturn word == 1;`;
  return program(format, { form: 'across', body });
}

interface Parts {
  readonly form: string;
  readonly before?: string;
  readonly parameter?: string;
  readonly body: string;
}

function program(
  format: TracepointFormat,
  { form, before = '', parameter = 'void *ctx', body }: Parts,
): Candidate {
  const name = functionName(format, form);
  const text = `
${before}SEC("tp/${format.category}/${format.name}")
int ${name}(${parameter})
{
	${body}
}
`;
  return { name, text };
}

function functionName(format: TracepointFormat, form: string): string {
  return `${format.category}_${format.name}_${form}`.replaceAll('-', '_');
}
