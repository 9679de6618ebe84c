/** `verify`, `run` and `explain` on a program that this kernel refuses: the built command line, as people use it. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileBpf } from '#support/bpf/compile';
import { loadPrograms } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { runTool } from '#support/process';
import { describeUnless } from '#support/requirement';
import { dist, requireAgents } from '#support/runner/installation';
import { programFile } from '#support/runner/programs';
import { applyEdits } from '#support/edits';
import { checkSarif } from '#support/sarif';

const source = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

SEC("tp/syscalls/sys_enter_close")
int accepted(void *ctx)
{
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int refused(void *ctx)
{
	__u32 key = 1;
	__u64 *value = bpf_map_lookup_elem(&counts, &key); // cause

	(*value)++; // error
	return 0;
}
`;
const lineOf = (marker: string): number =>
  source.split('\n').findIndex((line) => line.endsWith(`// ${marker}`)) + 1;

interface Place {
  readonly file?: string;
  readonly start?: { readonly line: number };
}
interface Explained {
  readonly rule: string;
  readonly program?: string;
  readonly labels: readonly Place[];
}

interface Point {
  readonly line: number;
  readonly column: number;
}
interface JsonFix {
  readonly file: string;
  readonly edits: readonly { readonly start: Point; readonly end: Point; readonly newText: string }[];
}

const outcome = ({ rule, program, labels }: Explained) => ({
  rule,
  program,
  lines: labels.map(({ start }) => start?.line),
});
const expected = { rule: 'null-check', program: 'refused', lines: [lineOf('error'), lineOf('cause')] };

async function cli(...args: string[]) {
  return runTool(process.execPath, [join(dist, 'cli.js'), ...args]);
}

const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

describeUnless(requireKernel() ?? requireAgents(machine), 'verify', () => {
  test('as text: the excerpt has both places, the help is last', async () => {
    const path = await programFile(source);
    const { code, stdout } = await cli('verify', path);
    expect(code).toBe(1);
    const lines = stdout.split('\n');
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}accepted {2}accepted /));
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}refused {3}refused /));
    expect(stdout).toContain(`--> ${path}:${lineOf('error')}:`);
    const marked = (line: number) =>
      lines[lines.findIndex((text) => text.startsWith(`${line} | `)) + 1] ?? '';
    expect(marked(lineOf('error'))).toMatch(/^ +\| +\^+ \S/);
    expect(marked(lineOf('cause'))).toMatch(/^ +\| +-+ bpf_map_lookup_elem\(\) /);
    const rest = lines.slice(lines.findIndex((line) => line.includes('help: ')) + 1);
    expect(rest[0]).toMatch(/^fix: \S/);
    // Where the value was used before.
    expect(rest).toContain(`${lineOf('error')} +     if (!value)`);
  });

  test('its fix makes the kernel accept the program', async () => {
    const path = await programFile(source);
    const { stdout } = await cli('verify', path, '--format', 'json');
    const { hosts } = JSON.parse(stdout) as {
      hosts: { programs: { explanation?: { fixes: JsonFix[] } }[] }[];
    };
    const [fix, ...others] = hosts[0]?.programs.flatMap(({ explanation }) => explanation?.fixes ?? []) ?? [];
    expect(others).toEqual([]);
    expect(fix?.file).toBe(path);
    const offset = ({ line, column }: Point) =>
      source
        .split('\n')
        .slice(0, line - 1)
        .join('\n').length +
      (line > 1 ? 1 : 0) +
      column -
      1;
    const edits = fix?.edits.map(({ start, end, newText }) => ({
      span: { start: offset(start), end: offset(end) },
      newText,
    }));
    const fixed = await programFile(applyEdits(source, edits ?? []));
    expect((await cli('verify', fixed)).code).toBe(0);
  });

  test('as JSON', async () => {
    const { code, stdout } = await cli('verify', await programFile(source), '--format', 'json');
    expect(code).toBe(1);
    const { hosts } = JSON.parse(stdout) as {
      hosts: { programs: { accepted: boolean; explanation?: Explained }[] }[];
    };
    expect(hosts[0]?.programs.map(({ accepted }) => accepted)).toEqual([true, false]);
    const explanations = hosts[0]?.programs.flatMap(({ explanation }) => explanation ?? []);
    expect(explanations?.map(outcome)).toEqual([expected]);
  });

  test('as SARIF', async () => {
    const { code, stdout } = await cli('verify', await programFile(source), '--format', 'sarif');
    expect(code).toBe(1);
    const run = checkSarif(stdout);
    expect(run.invocations?.[0]?.executionSuccessful).toBe(true);
    expect(run.results.map(({ ruleId }) => ruleId)).toEqual(['null-check']);
    const [result] = run.results;
    expect(result?.locations[0]?.physicalLocation?.region?.startLine).toBe(lineOf('error'));
    expect(result?.relatedLocations?.[0]?.physicalLocation?.region?.startLine).toBe(lineOf('cause'));
    expect(run.tool.driver.rules[0]?.help?.text).toMatch(/\w/);
    expect(result?.fixes).toHaveLength(1);
  });

  test('accepted: exit code 0', async () => {
    const path = await programFile(source);
    const { code, stdout } = await cli('verify', path, '--program', 'accepted', '--format', 'sarif');
    expect(code).toBe(0);
    expect(checkSarif(stdout).results).toEqual([]);
  });

  test('no such host: exit code 3, told as a failure of the tool', async () => {
    const path = await programFile(source);
    const { code, stdout } = await cli('verify', path, '--host', 'nowhere.invalid', '--format', 'sarif');
    expect(code).toBe(3);
    const run = checkSarif(stdout);
    expect(run.results).toEqual([]);
    expect(run.invocations?.[0]).toMatchObject({
      executionSuccessful: false,
      toolExecutionNotifications: [{ descriptor: { id: 'host-unknown' } }],
    });
  });

  test('run names the read that goes beyond the record', async () => {
    const path = await programFile(`#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
SEC("tp/syscalls/sys_enter_close")
int beyond(struct trace_event_raw_sys_enter *ctx)
{
	int fd = ctx->args[0];

	return fd + ctx->args[3];
}
`);
    const { code, stdout } = await cli('run', path, '--duration', '1s', '--format', 'jsonl');
    expect(code).toBe(1);
    const errors = stdout.split('\n').filter((line) => line.startsWith('{"type":"error"'));
    const explained = errors.map((line) => (JSON.parse(line) as { explanation: Explained }).explanation);
    expect(explained.map(outcome)).toEqual([{ rule: 'ctx-record-range', program: 'beyond', lines: [8] }]);
  });
});

describeUnless(requireKernel() ?? requireAgents(), 'explain', () => {
  /** As a loader on libbpf prints what the kernel says, beside the object. */
  async function logged(change = (log: string) => log) {
    const object = (await compileBpf(source)).path;
    const verdicts = await loadPrograms(object, { attach: false });
    const text = verdicts
      .filter(({ load }) => load !== 'ok')
      .map(
        ({ program, log }) =>
          `libbpf: prog '${program}': BPF program load failed: Permission denied\n` +
          `libbpf: prog '${program}': -- BEGIN PROG LOAD LOG --\n${change(log)}-- END PROG LOAD LOG --\n` +
          `libbpf: prog '${program}': failed to load: -13\nlibbpf: failed to load object 'program'\n`,
      );
    return { object, log: await programFile(text.join(''), 'load.log') };
  }

  async function explained(...args: string[]): Promise<readonly Explained[]> {
    const { code, stdout } = await cli('explain', ...args, '--format', 'json');
    expect(code).toBe(1);
    return (JSON.parse(stdout) as { explanations: Explained[] }).explanations;
  }

  /** As 6.1 and older kernels write it. */
  const withoutNames = (log: string): string => {
    expect(log).toMatch(/ @ \S+:\d+$/m);
    return log.replace(/ @ \S+:\d+$/gm, '');
  };

  test('a log with the names of its lines needs no object', async () => {
    const { log } = await logged();
    expect((await explained(log)).map(outcome)).toEqual([expected]);
  });

  test('a log without them is put on the lines by the object', async () => {
    const { log, object } = await logged(withoutNames);
    const plain = await explained(log);
    expect(plain.map(outcome)).toEqual([{ ...expected, lines: [undefined, undefined] }]);
    expect((await explained(log, '--object', object)).map(outcome)).toEqual([expected]);
  });

  test('SARIF without a line of source points at the log', async () => {
    const { log } = await logged(withoutNames);
    const { stdout } = await cli('explain', log, '--format', 'sarif');
    const [result] = checkSarif(stdout).results;
    expect(result?.locations[0]?.physicalLocation?.artifactLocation.uri).toMatch(/load\.log$/);
  });

  test('stdin, by -', async () => {
    const { log } = await logged();
    const { stdout } = await runTool('sh', [
      '-c',
      '"$0" "$1" explain - < "$2"',
      process.execPath,
      join(dist, 'cli.js'),
      log,
    ]);
    expect(stdout).toMatch(/^error\[null-check\]: /);
  });

  test('what has no log in it: exit code 3', async () => {
    const { code, stderr } = await cli('explain', await programFile('hello\n'));
    expect(code).toBe(3);
    expect(stderr).toContain('no verifier log');
    expect((await cli('explain')).code).toBe(2);
    expect((await cli('explain', '/nowhere/load.log')).code).toBe(3);
  });
});
