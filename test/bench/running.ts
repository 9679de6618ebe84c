/** From a saved program to its first decoded event on another host: loopback, through a real sshd. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { recordFormats } from '#core/decode/record-formats';
import { ByteSource } from '#core/decode/source';
import { readBpfObject } from '#core/elf/bpf-object';
import type { RunEvent, RunSession, StepName } from '#runner/model';
import { startRun } from '#runner/run/start-run';
import { startSshd } from '#support/guests/sshd';
import type { Sshd } from '#support/guests/sshd';
import { goal, table } from './section';
import type { Bench, Section } from './section';
import { median, milliseconds } from './statistics';
import { benchUi } from './ui';

const colds = 5;
const seconds = 9;

/** Milliseconds from the save to the first event, and of each step that the run took meanwhile. */
interface Course {
  readonly total: number;
  readonly steps: ReadonlyMap<StepName, number>;
}

export const running: Section = {
  name: 'running',
  async measure(bench) {
    const server = await startSshd();
    try {
      const { cold, second } = await courses(bench, server);
      const manual = median(Array.from({ length: 5 }, () => byHand(bench, server)));
      const row = (what: string, of: readonly Course[], target: number) => {
        const total = median(of.map((course) => course.total));
        return [
          what,
          milliseconds(total),
          `${(manual / total).toFixed(1)}×`,
          goal(total / 1000, target, 's'),
          stepNames.map((step) => stepTime(of, step)).join(', '),
        ];
      };
      return `## Run on a remote host: save to first event

[examples/fchmodat.bpf.c](../examples/fchmodat.bpf.c) over ssh to this machine, while files change their mode all the time. Cold: no connection,
no agent there, no vmlinux.h of the host known. The peer is what one does by hand, with a vmlinux.h at hand: clang, \`scp\`, and
\`bpftool prog loadall\` over \`ssh\`, ${milliseconds(manual)} until the program is loaded: it is not attached yet, and shows nothing.

${table(
  ['', 'ours', 'by hand ÷ ours', 'target', 'of it'],
  [row('cold', cold, 2), row('saved again', second, 0.8)],
)}`;
    } finally {
      await server.stop();
    }
  },
};

const stepNames: readonly StepName[] = ['connect', 'preflight', 'build', 'upload', 'load', 'attach'];

function stepTime(courses: readonly Course[], step: StepName): string {
  return `${step} ${milliseconds(median(courses.map(({ steps }) => steps.get(step) ?? 0)))}`;
}

async function courses({ root, dist, workspace }: Bench, server: Sshd) {
  const changes = changeModes(workspace.folder);
  const source = join(workspace.folder, 'run.bpf.c');
  copyFileSync(join(root, 'examples', 'fchmodat.bpf.c'), source);
  const cold: Course[] = [];
  const second: Course[] = [];
  try {
    for (let n = 0; n < colds; n++) {
      const cache = join(workspace.folder, `cache-${n}`);
      mkdirSync(cache);
      const began = performance.now();
      const session = startRun({
        targets: [{ kind: 'ssh', host: server.alias }],
        source: { path: source },
        ssh: { args: ['-F', server.config] },
        ...{ ui: benchUi, places: { agents: join(dist, 'agent'), askpass: join(dist, 'askpass.js'), cache } },
      });
      const events = session.events[Symbol.asyncIterator]();
      cold.push(await untilEvent(events, began));
      for (let again = 0; n === colds - 1 && again < seconds; again++) {
        const saved = performance.now();
        writeFileSync(source, `${readFileSync(source, 'utf8')}\n`);
        session.reload();
        second.push(await untilEvent(events, saved));
      }
      await stop(session, events);
    }
  } finally {
    changes.kill();
  }
  return { cold, second };
}

/** A process that calls fchmodat() every millisecond; Node's own functions make another system call. */
function changeModes(folder: string): ChildProcess {
  const source = join(folder, 'modes.c');
  const program = join(folder, 'modes');
  const file = join(folder, 'changed');
  writeFileSync(file, '');
  writeFileSync(
    source,
    `#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
int main(int argc, char **argv) { while (argc == 2) { fchmodat(AT_FDCWD, argv[1], 0600, 0); usleep(1000); } }`,
  );
  must('cc', [source, '-o', program]);
  return spawn(program, [file], { stdio: 'ignore' });
}

/** Until the first record of an object that was built after this call is decoded. */
async function untilEvent(events: AsyncIterator<RunEvent>, began: number): Promise<Course> {
  const steps = new Map<StepName, number>();
  let object: Uint8Array | undefined;
  for (;;) {
    const next = await events.next();
    if (next.done === true) throw new Error('the run ended');
    const { value } = next;
    if (value.type === 'step' && value.state === 'done') steps.set(value.step, value.milliseconds);
    if (value.type === 'ended') throw new Error(value.failure?.message ?? 'the host ended');
    if (value.type === 'built') object = value.object;
    if (value.type !== 'records' || object === undefined) continue;
    const { bytes } = value.records;
    const [first] = value.records;
    const formats = recordFormats(readBpfObject(object).value).get(value.map.name);
    if (first === undefined || formats === undefined) continue;
    formats.decoder(first.end - first.at).json(new ByteSource(bytes), first.at, first.end);
    return { total: performance.now() - began, steps };
  }
}

async function stop(session: RunSession, events: AsyncIterator<RunEvent>): Promise<void> {
  const stopped = session.stop();
  while (!(await events.next()).done);
  await stopped;
}

/** What one does without us, until the program is loaded. */
function byHand({ root, workspace }: Bench, server: Sshd): number {
  const object = join(workspace.folder, 'hand.bpf.o');
  const remote = '/tmp/ebpf-bench-hand.bpf.o';
  const pins = '/sys/fs/bpf/ebpf-bench-hand';
  const ssh = ['-F', server.config, server.alias];
  const began = performance.now();
  must('clang', [
    ...['-target', 'bpf', '-O2', '-g', '-D__TARGET_ARCH_x86', '-I', workspace.folder],
    ...['-c', join(root, 'examples', 'fchmodat.bpf.c'), '-o', object],
  ]);
  must('scp', ['-q', '-O', '-F', server.config, object, `${server.alias}:${remote}`]);
  must('ssh', [...ssh, `bpftool prog loadall ${remote} ${pins}`]);
  const took = performance.now() - began;
  must('ssh', [...ssh, `rm -rf ${pins} ${remote}`]);
  return took;
}

function must(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? stderr}`);
}
