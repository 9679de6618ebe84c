/** Reads at and past the end of every event's record, as the kernel judges them and as `ctx-record-range` does. */
import { expect, test } from 'vitest';
import type { KernelIndex, TracepointFormat } from '#core/kernel/model';
import { judge } from '#support/bpf/judge';
import type { Candidate } from '#support/bpf/judge';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

interface RecordRead {
  readonly event: string;
  readonly form: string;
  readonly refused: boolean;
}

describeUnless(requireKernel(), 'ctx-record-range', () => {
  test('says of the bytes at the end of every other record what attach does', async () => {
    const candidates = recordReads(await liveKernel());
    expect(candidates.length).toBeGreaterThan(2 * 1000);
    const judged = await judge(candidates, { attach: true });

    expect(judged.filter(({ kernel }) => kernel.load !== 'ok')).toEqual([]);
    const disagreements = judged.filter(
      ({ candidate, kernel }) => kernel.attach !== (candidate.note.refused ? 'EACCES' : 'ok'),
    );
    expect(disagreements).toEqual([]);
  });
});

function recordReads(kernel: KernelIndex): readonly Candidate<RecordRead>[] {
  return kernel.events
    .filter(({ category, name }) => category !== 'syscalls' || !name.startsWith('sys_enter_'))
    .flatMap(({ category, name }, i) => {
      const format = kernel.format(category, name);
      if (format === undefined) throw new Error(`no format of ${category}:${name}`);
      const straddling = straddlingRead(format);
      const read = i % 2 === 0 ? byteRead : structRead;
      return [
        read(format, 'last', format.recordSize - 1),
        read(format, 'past', format.recordSize),
        ...(straddling ? [straddling] : []),
      ];
    });
}

/** One byte through a cast of ctx. */
function byteRead(format: TracepointFormat, form: string, offset: number): Candidate<RecordRead> {
  const body = `return *((__u8 *)ctx + ${offset});`;
  return program(format, `${form}_byte`, offset + 1, { parameter: 'void *ctx', body });
}

/** One byte through a struct of the program's own. */
function structRead(format: TracepointFormat, form: string, offset: number): Candidate<RecordRead> {
  const tag = `record_${functionName(format, form)}`;
  return program(format, `${form}_struct`, offset + 1, {
    before: `struct ${tag} { __u8 before[${offset}]; __u8 byte; };\n`,
    parameter: `struct ${tag} *ctx`,
    body: 'return ctx->byte;',
  });
}

/** A word that begins inside the record and ends past it, where the record ends inside a word. */
function straddlingRead(format: TracepointFormat): Candidate<RecordRead> | undefined {
  const offset = format.recordSize - (format.recordSize % 8);
  if (offset === format.recordSize) return undefined;
  const body = `volatile __u64 word = *(__u64 *)((void *)ctx + ${offset});\n\treturn word != 0;`;
  return program(format, 'straddling', offset + 8, { parameter: 'void *ctx', body });
}

function program(
  format: TracepointFormat,
  form: string,
  end: number,
  { before = '', parameter, body }: { before?: string; parameter: string; body: string },
): Candidate<RecordRead> {
  const name = functionName(format, form);
  const text = `${before}SEC("tp/${format.category}/${format.name}")
int ${name}(${parameter})
{
	${body}
}
`;
  const event = `${format.category}:${format.name}`;
  return { name, text, note: { event, form, refused: end > format.recordSize } };
}

function functionName(format: TracepointFormat, form: string): string {
  return `${format.category}_${format.name}_${form}`.replaceAll('-', '_');
}
