/** 100,000 events a second for half a minute, from the kernel through agent, ssh and runner into the panel's model. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ToPanel } from '#core/messages/events-panel';
import { EventsModel } from '#client/panels/events-model';
import { showRunEvent } from '#client/panels/run-events';
import { startRun } from '#runner/run/start-run';
import { startSshd } from '#support/guests/sshd';
import { goal, table } from './section';
import type { Bench, Section } from './section';
import { benchUi } from './ui';

const perSecond = 100_000;
const seconds = 30;
/** The first argument of the system calls that are counted. */
const magic = 0x5eed;

const program = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct event { __u64 who; __u64 time; __u32 pid; __u32 cpu; char comm[16]; __u8 rest[24]; };
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 16 * 1024 * 1024); } events SEC(".maps");
SEC("tp/syscalls/sys_enter_getpriority")
int counted(struct trace_event_raw_sys_enter *ctx)
{
	struct event *event;

	if (ctx->args[0] != ${magic})
		return 0;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;
	event->who = ctx->args[1];
	event->time = bpf_ktime_get_ns();
	event->pid = bpf_get_current_pid_tgid() >> 32;
	event->cpu = bpf_get_smp_processor_id();
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	bpf_ringbuf_submit(event, 0);
	return 0;
}
`;

export const throughput: Section = {
  name: 'throughput',
  async measure(bench) {
    const server = await startSshd();
    try {
      const { received, lost, posts, memory, cpu, took } = await flood(bench, server.alias, server.config);
      const sent = perSecond * seconds;
      return `## ${perSecond.toLocaleString('en')} events a second for ${seconds} seconds

Records of 64 bytes through a ring buffer of 16 MB, the agent, ssh to this machine and the runner into the model of the events panel, which decodes
what is in sight and posts to its page. The program that causes the events runs on the same cores.

${table(
  ['', 'measured', 'target'],
  [
    ['events caused', `${sent.toLocaleString('en')} in ${took.toFixed(1)} s`, ''],
    ['received', received.toLocaleString('en'), received === sent ? 'all' : 'all (missed)'],
    ['reported as lost', lost.toLocaleString('en'), goal(lost, 0, 'events')],
    ['messages to the page, busiest second', `${posts.rows} with rows`, goal(posts.rows, 10, 'a second')],
    [
      'resident memory after 5 s, and at the end',
      `${memory.early.toFixed(0)} MB, ${memory.late.toFixed(0)} MB`,
      'flat',
    ],
    ['runner, model and this bench', `${(cpu * 100).toFixed(0)} % of a core`, ''],
  ],
)}`;
    } finally {
      await server.stop();
    }
  },
};

async function flood({ root, dist, workspace }: Bench, host: string, config: string) {
  const source = join(workspace.folder, 'flood.bpf.c');
  writeFileSync(source, program);
  const provoke = join(workspace.folder, 'provoke');
  const { status, stderr } = spawnSync('cc', [
    '-O2',
    join(root, 'test/support/agent/provoke.c'),
    '-o',
    provoke,
  ]);
  if (status !== 0) throw new Error(stderr.toString());

  const rowsPosted = new Map<number, number>();
  const model = new EventsModel({
    post(message: ToPanel) {
      if (message.type !== 'rows') return;
      const second = Math.floor(performance.now() / 1000);
      rowsPosted.set(second, (rowsPosted.get(second) ?? 0) + 1);
    },
    schedule(milliseconds, call) {
      const timer = setTimeout(call, milliseconds);
      return () => clearTimeout(timer);
    },
    now: Date.now,
    save: () => undefined,
    stop: () => undefined,
  });
  const session = startRun({
    targets: [{ kind: 'ssh', host }],
    source: { path: source },
    ssh: { args: ['-F', config] },
    ...{
      ui: benchUi,
      places: {
        agents: join(dist, 'agent'),
        askpass: join(dist, 'askpass.js'),
        cache: join(workspace.folder, 'cache'),
      },
    },
  });
  model.beginRun({ title: 'flood', hosts: [host] });
  model.receive({ type: 'ready', tab: 'events', filter: '' });

  let [received, lost, early, took] = [0, 0, 0, 0];
  let before = process.cpuUsage();
  let cpu = 0;
  for await (const event of session.events) {
    showRunEvent(model, event);
    if (event.type === 'records') received += event.records.count;
    if (event.type === 'lost') lost += event.count;
    if (event.type === 'ended' && event.failure) throw new Error(event.failure.message);
    if (event.type !== 'state' || event.state !== 'running') continue;
    const began = performance.now();
    before = process.cpuUsage();
    setTimeout(() => (early = resident()), 5000);
    const child = spawn(provoke, [magic, perSecond * seconds, perSecond].map(String), { stdio: 'inherit' });
    void once(child, 'exit').then(() => {
      took = (performance.now() - began) / 1000;
      const used = process.cpuUsage(before);
      cpu = (used.user + used.system) / 1e6 / took;
      void session.stop();
    });
  }
  model.dispose();
  return {
    ...{ received, lost, cpu, took },
    posts: { rows: Math.max(0, ...rowsPosted.values()) },
    memory: { early, late: resident() },
  };
}

const resident = (): number => process.memoryUsage().rss / 1e6;
