/** Hosts that send what they should not: nothing of it is executed or shown raw, nothing hangs, memory stays bounded. */
import { access, chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RunEvent } from '#runner/model';
import { startRun } from '#runner/run/start-run';
import { compileBpf } from '#support/bpf/compile';
import { requireKernel } from '#support/bpf/requirements';
import { requireSshd } from '#support/guests/requirements';
import { startSshd } from '#support/guests/sshd';
import { describeUnless } from '#support/requirement';
import { compiledAgent, placesWithAgents } from '#support/runner/agents';
import { requireAgents, temporaryFolder } from '#support/runner/installation';
import { gone, serverShell, thisMachine } from '#support/runner/leftovers';
import { endingOf } from '#support/runner/outcome';
import type { Ending } from '#support/runner/outcome';
import { fchmodat, ownFchmodat } from '#support/runner/programs';
import { openRun } from '#support/runner/session';
import type { TestRunOptions } from '#support/runner/session';
import { recordedUi } from '#support/runner/ui';

const missing = requireSshd() ?? requireKernel() ?? requireAgents('x86_64');

const megabyte = 1 << 20;
/** Peak of this process, in bytes. */
const peak = (): number => process.resourceUsage().maxRSS * 1024;

/** Control characters in any text of the events: what a terminal would obey. Line feeds and tabs are none. */
function controls(events: readonly RunEvent[]): readonly string[] {
  const found = new RegExp(String.raw`[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]`);
  const texts: string[] = [];
  JSON.stringify(events, (_, value: unknown) => {
    if (typeof value === 'string') texts.push(value);
    return value instanceof Uint8Array ? null : value;
  });
  expect(texts.length).toBeGreaterThan(0);
  return texts.filter((text) => found.test(text));
}

describeUnless(missing, 'a host', () => {
  /** Who logs in runs this script instead of a shell. */
  async function hostWith(script: string, connectTimeout = 15): Promise<TestRunOptions> {
    const login = join(await temporaryFolder(), 'login');
    await writeFile(login, `#!/bin/sh\n${script}\n`);
    await chmod(login, 0o755);
    const server = await startSshd({ settings: { ForceCommand: login } });
    onTestFinished(() => server.stop());
    return {
      targets: [{ kind: 'ssh', host: server.alias }],
      source: { path: fchmodat },
      ssh: { args: ['-F', server.config], connectTimeout },
    };
  }

  test.each([
    ['garbage', 'exec cat /dev/urandom'],
    ['a line without end', String.raw`exec tr '\0' x </dev/zero`],
    ['line feeds without end', 'exec yes ""'],
  ])('that sends %s is given up', async (_, script) => {
    const before = peak();
    const { failure, events } = await endingOf(await hostWith(script, 1));
    expect(failure?.code).toBe('host-unsupported');
    expect(controls(events)).toEqual([]);
    expect(peak() - before).toBeLessThan(300 * megabyte);
  });

  test.each([
    ['nothing', 'exec sleep 1000'],
    ['nothing but words without end on stderr', 'yes "go away" >&2'],
  ])('that says %s is given up', async (_, script) => {
    const { failure, events } = await endingOf(await hostWith(script, 1));
    expect(failure?.code).toBe('host-unsupported');
    expect(failure?.message).toContain('says nothing');
    expect(controls(events)).toEqual([]);
  });

  test('that says nothing is left at once by a stop', async () => {
    const run = openRun(await hostWith('echo hello; exec sleep 1000'));
    await run.began('connect');
    const begin = performance.now();
    await run.session.stop();
    expect(performance.now() - begin).toBeLessThan(3000);
  });

  test('whose tools speak to the terminal is shown without that', async () => {
    const tools = join(await temporaryFolder(), 'bin');
    await mkdir(tools);
    const escapes = String.raw`\033]0;owned\007\033[2J\033]52;c;b3duZWQ=\007\302\233 31m\342\200\256`;
    await writeFile(join(tools, 'uname'), `#!/bin/sh\nprintf '${escapes}'\n/bin/uname "$@"\n`);
    await writeFile(join(tools, 'mktemp'), `#!/bin/sh\nprintf '${escapes} no folder' >&2\nexit 1\n`);
    for (const tool of ['uname', 'mktemp']) await chmod(join(tools, tool), 0o755);
    const ui = recordedUi();
    const { failure, events } = await endingOf({
      ...(await hostWith(`printf '${escapes}' >&2; export PATH=${tools}:$PATH; exec sh`)),
      ui,
    });
    expect(failure).toBeDefined();
    expect(controls(events)).toEqual([]);
    for (const line of ui.lines) expect(line).not.toMatch(/\p{Cc}/u);
  });
});

const hello = (protocol: number): string =>
  `say("{\\"type\\":\\"hello\\",\\"protocol\\":${protocol},\\"agent\\":\\"1\\",\\"libbpf\\":\\"v1\\",\\"pid\\":1}");`;
const factsJson = JSON.stringify({
  ...{ type: 'facts', release: '6.1', machine: 'x86_64', hostname: 'h', uid: 0, capabilities: 'ffffffffff' },
  ...{ btf: null, tracefs: null, bpffs: false, lockdown: 'none', memlock: null, cpus: 1, container: false },
  sysctl: {
    ...{ unprivilegedBpfDisabled: null, bpfJitEnable: null, perfEventParanoid: null },
    bpfStatsEnabled: null,
  },
  config: {},
});

/** C functions; `vanish` does what `--unlink` asks for. */
const words = `
#include <stdlib.h>
static void vanish(void) {
  char path[4096]; ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - 1);
  path[size < 0 ? 0 : size] = 0; unlink(path); *strrchr(path, '/') = 0; rmdir(path);
}
static inline void say(const char *line) { puts(line); fflush(stdout); }
static char heard[256];
static inline void hear(const char *word) {
  while (fgets(heard, sizeof(heard), stdin)) if (strncmp(heard, word, strlen(word)) == 0) return;
  exit(1);
}
`;

/** C that says hello and facts as an agent does, hears of a program to load, and then does `then`. */
const agentThat = (then: string): string => `${words}
int main(void) {
  vanish();
  ${hello(1)}
  hear("facts");
  say(${JSON.stringify(factsJson)});
  hear("load");
  ${then}
  for (;;) hear("load");
}`;

describeUnless(missing, 'an agent', () => {
  async function against(text: string, path: string): Promise<Ending> {
    const places = await placesWithAgents({ x86_64: await compiledAgent(text) });
    return endingOf({ targets: [{ kind: 'local' }], source: { path }, places });
  }

  /** An object: these agents have no types of a kernel to build with. */
  async function simple(): Promise<string> {
    const { path } = await compileBpf(`#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("tp/syscalls/sys_enter_getpriority") int hostile(void *ctx) { return 0; }`);
    return path;
  }

  test.each([
    ['garbage', 'for (;;) { int c = rand(); fwrite(&c, 1, 4, stdout); }'],
    ['a line without end', 'for (;;) fputs("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", stdout);'],
    ['deep JSON', 'for (int i = 0; i < 1000000; i++) putchar(91); say("");'],
    ['another protocol’s messages', 'say("{\\"type\\":\\"exec\\",\\"command\\":\\"touch /tmp/pwned\\"}");'],
    [
      'a record of a map that there is not',
      'say("{\\"type\\":\\"records\\",\\"session\\":1,\\"map\\":7,\\"count\\":1,\\"data\\":\\"AAAA\\"}");',
    ],
    [
      'numbers that are none',
      'say("{\\"type\\":\\"lost\\",\\"session\\":1,\\"source\\":\\"perf\\",\\"name\\":\\"x\\",\\"count\\":-1}");',
    ],
  ])('that sends %s is not believed', async (_, then) => {
    const before = peak();
    const { failure, events } = await against(agentThat(then), await simple());
    expect(failure?.code).toBe('protocol-mismatch');
    expect(controls(events)).toEqual([]);
    expect(peak() - before).toBeLessThan(300 * megabyte);
    await gone(thisMachine, 'hostile');
  });

  test('whose words speak to the terminal is shown without that', async () => {
    const bad = String.raw`\\u001b]0;owned\\u0007\\u001b[2J\\u009b31m\\u202e`;
    const message = (type: string, rest: string) => `say("{\\"type\\":\\"${type}\\",${rest}}");`;
    const { failure, events } = await against(
      agentThat(
        message('notice', `\\"code\\":\\"${bad}n\\",\\"message\\":\\"${bad}notice\\"`) +
          message(
            'program',
            `\\"session\\":1,\\"name\\":\\"${bad}p\\",\\"section\\":\\"${bad}tp/a/b\\",\\"error\\":{\\"errno\\":13,\\"code\\":\\"EACCES\\",\\"text\\":\\"${bad}no\\"},\\"log\\":\\"${bad}refused\\\\n\\",\\"instructions\\":1,\\"cause\\":\\"${bad}that is why it is refused\\"`,
          ) +
          message(
            'state',
            `\\"session\\":1,\\"state\\":\\"failed\\",\\"message\\":\\"${bad}failed\\",\\"error\\":null`,
          ),
      ),
      await simple(),
    );
    expect(failure?.message).toContain('refused');
    expect(events.filter(({ type }) => type === 'notice' || type === 'program')).toHaveLength(2);
    expect(controls(events)).toEqual([]);
  });

  test('that sends a log of a gigabyte: its end is kept, and memory stays bounded', async () => {
    const then = `
      static char part[1 << 20]; memset(part, 'v', sizeof(part) - 1);
      for (int i = 0; i < 1024; i++) printf("{\\"type\\":\\"log\\",\\"session\\":1,\\"name\\":\\"p\\",\\"text\\":\\"%s\\\\n\\"}\\n", part);
      say("{\\"type\\":\\"program\\",\\"session\\":1,\\"name\\":\\"p\\",\\"section\\":\\"tp/a/b\\",\\"error\\":null,\\"log\\":\\"the end\\",\\"instructions\\":1}");
      say("{\\"type\\":\\"state\\",\\"session\\":1,\\"state\\":\\"failed\\",\\"message\\":\\"x\\",\\"error\\":null}");`;
    const before = peak();
    const { failure, events } = await against(agentThat(then), await simple());
    expect(failure?.code).toBe('object-unusable');
    const log = events.find((event) => event.type === 'program')?.log ?? '';
    expect(log.endsWith('v\nthe end')).toBe(true);
    expect(log.length).toBeGreaterThan(32 * megabyte);
    expect(log.length).toBeLessThan(80 * megabyte);
    expect(peak() - before).toBeLessThan(600 * megabyte);
  });

  test('that sends a gigabyte of notices to a reader who takes his time: it waits, and a stop ends it', async () => {
    const then = `
      static char part[1 << 16]; memset(part, 'n', sizeof(part) - 1);
      for (int i = 0; i < 16384; i++) printf("{\\"type\\":\\"notice\\",\\"code\\":\\"c\\",\\"message\\":\\"%s\\"}\\n", part);`;
    const places = await placesWithAgents({ x86_64: await compiledAgent(agentThat(then)) });
    const before = peak();
    const session = startRun({
      targets: [{ kind: 'local' }],
      source: { path: await simple() },
      ui: recordedUi(),
      places,
    });
    onTestFinished(() => session.stop());
    let notices = 0;
    for await (const event of session.events) {
      if (event.type !== 'notice') continue;
      notices += 1;
      if (notices === 200) break;
    }
    const begin = performance.now();
    await session.stop();
    expect(performance.now() - begin).toBeLessThan(5000);
    expect(notices).toBe(200);
    expect(peak() - before).toBeLessThan(300 * megabyte);
  });

  test.each([
    ['nothing', ''],
    ['hello and no more', hello(1)],
  ])('that says %s is left by a stop within five seconds', async (_, first) => {
    const text = `${words}int main(void) { vanish(); ${first} for (;;) pause(); }`;
    const run = openRun({
      targets: [{ kind: 'local' }],
      source: { path: fchmodat },
      places: await placesWithAgents({ x86_64: await compiledAgent(text) }),
    });
    await run.began('upload');
    const begin = performance.now();
    await run.session.stop();
    expect(performance.now() - begin).toBeLessThan(5000);
  });
});

describeUnless(missing, 'a file name', () => {
  const odd = `-o it's "$(touch pwned)" \`touch pwned\`;touch pwned&\n#$nl \${x} %s \u001b[31m.bpf.c`;

  test.each([
    ['by our clang', {}],
    ['by the host’s clang', { clang: '/nonexistent/clang' }],
    [
      'by a build command',
      {
        command: [
          'sh',
          '-c',
          'clang -target bpf -g -O2 -I"$2" -c "$0" -o "$1"',
          '${file}',
          '${output}',
          '${vmlinuxDir}',
        ],
      },
    ],
  ])('is a name alone, built %s, and runs', async (_, build) => {
    const server = await startSshd();
    onTestFinished(() => server.stop());
    const folder = join(await temporaryFolder(), "a $(touch pwned) 'b\nc");
    await mkdir(folder);
    const path = join(folder, odd);
    const own = await ownFchmodat();
    await copyFile(own.path, path);
    const ui = recordedUi();
    const run = openRun({
      targets: [{ kind: 'ssh', host: server.alias }],
      source: { path },
      build,
      ssh: { args: ['-F', server.config] },
      ui,
    });
    await run.running();
    await run.session.stop();
    expect(await run.outcomes()).toEqual([{ host: server.alias, programs: { good: [own.name], bad: [] } }]);
    for (const line of ui.lines) expect(line).not.toMatch(/\p{Cc}/u);
    for (const place of [folder, process.cwd(), '/root', '/tmp'])
      await expect(access(join(place, 'pwned'))).rejects.toThrow('ENOENT');
    await gone(serverShell(server), own.name);
  });
});
