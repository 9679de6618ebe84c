/** What is left to clangd where it answers for the same document, and what is not. */
import { expect, it } from 'vitest';
import { complete } from '#server/features/completion/index';
import { helperHover } from '#server/features/helper-hover';
import { hover } from '#server/features/hover';
import { featureView } from '#support/feature-view';
import { fixtureContext } from '../checks/context';

const context = await fixtureContext('6.1-debian-amd64');

/** Of the cursor: what completion offers and hover says, without clangd and beside it. */
async function answers(body: string) {
  const { view, cursors } = featureView(
    `#include "vmlinux.h"
SEC("tp/sched/sched_process_exit")
int handle(struct trace_event_raw_sched_process_template *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	int i;

	${body}
	return 0;
}
`,
    context,
  );
  const offset = cursors[0] ?? -1;
  const of = async (besideClangd: boolean) => {
    const seen = { ...view, besideClangd };
    const docs = () => Promise.resolve(new Map([['bpf_probe_read_kernel', ['Read.', '0.'] as const]]));
    return {
      items: complete(seen, offset).items.length,
      text: (hover(seen, offset) ?? (await helperHover(seen, offset, docs)))?.markdown,
    };
  };
  return { alone: await of(false), beside: await of(true) };
}

it.each(['i = task->tg/*|*/id;', 'bpf_probe_read_ker/*|*/'])('leaves completion to it: %s', async (body) => {
  const { alone, beside } = await answers(body);
  expect(alone.items).toBeGreaterThan(0);
  expect(beside.items).toBe(0);
});

it('leaves members to it, and prototypes of helpers', async () => {
  const member = await answers('i = task->tg/*|*/id;');
  expect(member.alone.text).toContain('tgid');
  expect(member.beside.text).toBeUndefined();
  const helper = await answers('bpf_probe_/*|*/read_kernel(&i, sizeof(i), task);');
  expect(helper.alone.text).toContain('long bpf_probe_read_kernel(');
  expect(helper.beside.text).toMatch(/^Only programs with a GPL compatible license may call it\./);
  expect(helper.beside.text).not.toContain('bpf_probe_read_kernel');
});

it.each(['BPF_CORE_READ(task, real_par/*|*/ent);', 'i = ctx->pri/*|*/o;'])(
  'keeps what it does not know: %s',
  async (body) => {
    const { alone, beside } = await answers(body);
    expect(alone.items).toBeGreaterThan(0);
    expect(alone.text).toMatch(/\w/);
    expect(beside).toEqual(alone);
  },
);

it('leaves members and names in initializers to it, and what it is not asked about not', () => {
  const itemsAt = (inside: string, besideClangd: boolean) => {
    const source = `SEC("struct_ops")\nvoid BPF_PROG(f)\n{\n}\nSEC(".struct_ops")\nstruct tcp_congestion_ops ops = {\n\t${inside}\n};\n`;
    const { view, cursors } = featureView(source, context);
    return complete({ ...view, besideClangd }, cursors[0] ?? -1).items.length;
  };
  for (const inside of ['./*|*/', '.init = (void *)f/*|*/']) {
    expect(itemsAt(inside, false)).toBeGreaterThan(0);
    expect(itemsAt(inside, true)).toBe(0);
  }
  expect(itemsAt('.init = /*|*/', true)).toBe(1);
});
