/**
 * The report that kernels from 7.3 on write behind the old messages. Kernel: kernel/bpf/diagnostics.c.
 *
 *     Verification failed: Memory Safety: Access outside bounds
 *
 *     Reason:
 *       The verifier cannot prove …
 *
 *     At:
 *       handle @ a.bpf.c:23:9
 *       Source context:
 *       >>> 23 | *value += 1;
 *              | ^-- error: access may be outside object bounds
 *       Instruction context:
 *       >>> 9 | (79) r1 = *(u64 *)(r0 +0)
 *
 *     Causal path:
 *       …
 *
 *     Suggestion:
 *       …
 */
import type { KernelReport, ReportPlace, SourcePosition } from './model';

const title = /^(Reason|At|Active lock|Causal path|Suggestion):$/;

/** Whether a line that follows a report's first one still belongs to it. */
export function isReportLine(line: string): boolean {
  return line.trim() === '' || line.startsWith('  ') || title.test(line.trimEnd());
}

/** @param lines of one report, from `Verification failed:` on; undefined for none */
export function readKernelReport(lines: readonly string[]): KernelReport | undefined {
  const [, category, problem = ''] =
    /^Verification failed: ([^:]+)(?:: (.*))?$/.exec(lines[0]?.trim() ?? '') ?? [];
  if (category === undefined) return undefined;
  const sections = new Map<string, string[]>();
  let section: string[] = [];
  for (const line of lines.slice(1)) {
    const name = title.exec(line.trimEnd())?.[1];
    if (name === undefined) section.push(line);
    else sections.set(name, (section = []));
  }
  const prose = (name: string): string =>
    (sections.get(name) ?? [])
      .map((line) => line.trim())
      .join(' ')
      .trim();
  return {
    category,
    problem,
    reason: prose('Reason'),
    places: ['At', 'Active lock', 'Causal path'].flatMap((name) => readPlaces(sections.get(name) ?? [])),
    suggestion: prose('Suggestion'),
  };
}

/** Each begins with a line that names a function and a line of the source, or an instruction. */
function readPlaces(lines: readonly string[]): readonly ReportPlace[] {
  const groups: string[][] = [];
  for (const line of lines) {
    if (/^ {2}(?:\S+ @ )?\S+:\d+:\d+$/.test(line) || /^ {2}insn \d+$/.test(line)) groups.push([line]);
    else groups[groups.length - 1]?.push(line);
  }
  return groups.map(readPlace).filter((place) => place !== undefined);
}

function readPlace([head = '', ...rest]: readonly string[]): ReportPlace | undefined {
  const instructions = rest.findIndex((line) => line.startsWith('  Instruction context:'));
  const source = instructions < 0 ? rest : rest.slice(0, instructions);
  const [first, ...more] = source.slice(
    Math.max(
      0,
      source.findIndex((line) => annotation.test(line)),
    ),
  );
  const [, label, begin] = annotation.exec(first ?? '') ?? [];
  if (label === undefined) return undefined;
  // A long text goes on in the same column; the next line of the source has a number before the bar.
  const wrapped = more.map((line) => /^ +\| {5,}(\S.*)$/.exec(line)?.[1]);
  const end = wrapped.findIndex((text) => text === undefined);
  const at = /^ {2}(?:(\S+) @ )?(\S+):(\d+):(\d+)$/.exec(head);
  const marked = /^ {2,}>>> *\d+ \| (.*)$/.exec(source.find((line) => line.includes('>>>')) ?? '')?.[1];
  const index = rest.map((line) => /^ {2}>>> +(\d+) \| \([0-9a-f]{2}\)/.exec(line)?.[1]).find(Boolean);
  const position: SourcePosition | undefined = at
    ? { file: at[2] ?? '', line: Number(at[3]), column: Number(at[4]), text: (marked ?? '').trim() }
    : undefined;
  return {
    label,
    text: [begin, ...wrapped.slice(0, end < 0 ? undefined : end)].join(' '),
    ...(at?.[1] !== undefined && { function: at[1] }),
    ...(position && { position }),
    ...(index !== undefined && { instruction: Number(index) }),
  };
}

const annotation = /^ +\| *\^-- ([^:]+): (.*)$/;
