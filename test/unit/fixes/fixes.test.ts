/** Shapes of programs in which a fix must fit in, and those in which none is sure. What the kernel says to fixes: test/kernel. */
import { describe, expect, it } from 'vitest';
import { testAnalyzer } from '#support/analyzer';
import { bundledView } from '#support/bundled';
import { fixesIn, type Fixed } from '#support/fixes';

const context = { analyzer: await testAnalyzer(), kernel: await bundledView('6.1-debian-amd64') };

type Names = Parameters<typeof fixesIn>[1];

const file = (body: string, section = 'tp/sched/sched_switch') => `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct value {
	__u64 total;
	char name[16];
	__u32 cells[6];
	struct bpf_spin_lock lock;
};

SEC("${section}")
int handle(void *ctx)
{
${body}
	return 0;
}
`;

const fixes = (body: string, names: Names = {}, section?: string): readonly Fixed[] =>
  fixesIn(file(body, section), names, context);

/** Exactly one fix, and what it makes of the body. */
function expectFix(body: string, names: Names, fixed: string, section?: string): Fixed {
  const [only, ...others] = fixes(body, names, section);
  expect(others).toEqual([]);
  expect(only?.text).toBe(file(fixed, section));
  if (!only) throw new Error('unreachable');
  return only;
}

describe('null-check', () => {
  it('puts the check behind the declarations that do not use the pointer', () => {
    const made = expectFix(
      `	__u32 key = 0;
	struct value *value = bpf_map_lookup_elem(&m, &key);
	//                    ^^^ cause[null-check]
	__u64 sum = 0;

	value->total++;
	// ^^ error[null-check]`,
      { value: 'value' },
      `	__u32 key = 0;
	struct value *value = bpf_map_lookup_elem(&m, &key);
	__u64 sum = 0;

	if (!value)
		return 0;

	value->total++;`,
    );
    expect(made).toMatchObject({ title: 'Return early where `value` is NULL', preferred: true });
  });

  it('writes four blanks where the file does', () => {
    expectFix(
      `    struct value *value;
    value = find();
    //      ^^^^^^ cause[null-check]
    value->total++;
    // ^^ error[null-check]`,
      { value: 'value' },
      `    struct value *value;
    value = find();
    if (!value)
        return 0;
    value->total++;`,
    );
  });

  it('gives a use without braces its braces where the pointer is made elsewhere', () => {
    expectFix(
      `	struct value *value = global;

	if (value->total == 1)
	//  ^^^^^^^^^^^^ error[null-check]
		bpf_printk("one");`,
      { value: 'value' },
      `	struct value *value = global;

	if (!value)
		return 0;
	if (value->total == 1)
		bpf_printk("one");`,
    );
    expectFix(
      `	struct value *value = global;

	if (ready)
		value->total++;
		// ^^ error[null-check]`,
      { value: 'value' },
      `	struct value *value = global;

	if (ready) {
		if (!value)
			return 0;
		value->total++;
	}`,
    );
  });

  it('goes on with the next round of a loop, and lets a packet pass', () => {
    expectFix(
      `	bpf_for(i, 0, 3) {
		struct value *value = bpf_map_lookup_elem(&m, &i);
		//                    ^^^ cause[null-check]

		value->total++;
		// ^^ error[null-check]
	}`,
      { value: 'value' },
      `	bpf_for(i, 0, 3) {
		struct value *value = bpf_map_lookup_elem(&m, &i);

		if (!value)
			continue;

		value->total++;
	}`,
    );
    expectFix(
      `	struct value *value = bpf_map_lookup_elem(&m, &key);
	//                    ^^^ cause[null-check]
	value->total++;
	// ^^ error[null-check]`,
      { value: 'value' },
      `	struct value *value = bpf_map_lookup_elem(&m, &key);

	if (!value)
		return XDP_PASS;
	value->total++;`,
      'xdp',
    );
  });

  it('gives back what is held', () => {
    expectFix(
      `	struct value *value;

	bpf_rcu_read_lock();
	value = bpf_map_lookup_elem(&m, &key);
	//      ^^^ cause[null-check]
	value->total++;
	// ^^ error[null-check]
	bpf_rcu_read_unlock();`,
      { value: 'value' },
      `	struct value *value;

	bpf_rcu_read_lock();
	value = bpf_map_lookup_elem(&m, &key);
	if (!value) {
		bpf_rcu_read_unlock();
		return 0;
	}
	value->total++;
	bpf_rcu_read_unlock();`,
    );
  });

  it.each([
    [
      'the result has no name',
      '	bpf_map_lookup_elem(&m, &key)->total++;\n	// ^^^ error[null-check]',
      undefined,
    ],
    [
      'it is a member',
      '	struct value *value = global;\n	value->next->total++;\n	//     ^^^^ error[null-check]',
      'value->next',
    ],
    [
      'a preprocessor line is between',
      '	struct value *value = find();\n#ifdef X\n	value->total++;\n	// ^^ error[null-check]\n#endif',
      'value',
    ],
    ['the name is a macro’s', '	VALUE->total++;\n	// ^^ error[null-check]', 'VALUE'],
    [
      'what is held depends on the way',
      `	struct value *value = find();
	struct value *record = bpf_ringbuf_reserve(&r, 8, 0);

	if (record)
		if (ctx)
			bpf_ringbuf_submit(record, 0);
	value->total++;
	// ^^ error[null-check]`,
      'value',
    ],
    [
      'statements share a line',
      '	struct value *value = global; value->total++;\n	//                            ^^^^^ error[null-check]',
      'value',
    ],
  ])('is silent where %s', (_, body, value) => {
    expect(fixes(body, value === undefined ? {} : { value })).toEqual([]);
  });
});

describe('a document that has changed', () => {
  const body = '	struct value *value = global;\n	value->total++;\n	// ^^ error[null-check]';
  const now = (change: (text: string) => string) =>
    fixesIn(file(body), { value: 'value' }, { ...context, now: change });

  it('has fixes while the line is where it was', () => {
    expect(now((text) => `${text}\nint more;\n`)).toHaveLength(1);
  });

  it.each([
    ['moved', (text: string) => `\n${text}`],
    ['was changed', (text: string) => text.replace('total++', 'total += 1')],
    ['is gone', () => ''],
  ])('has none where the line %s', (_, change) => {
    expect(now(change)).toEqual([]);
  });
});

describe('core-read', () => {
  it('reads the whole chain and brings its header', () => {
    const [fix] = fixes(
      `	struct task_struct *task = (void *)bpf_get_current_task();
	bpf_printk("%d", task->real_parent->tgid);
	//               ^^^^^^^^^^^^^^^^^ error[untrusted-pointer]`,
    );
    expect(fix?.text).toContain('bpf_printk("%d", BPF_CORE_READ(task, real_parent, tgid));');
    expect(fix?.text).toContain('#include <bpf/bpf_helpers.h>\n#include <bpf/bpf_core_read.h>\n');
  });

  it('keeps members of members together', () => {
    const [fix] = fixes(
      `	struct task_struct *task = (void *)bpf_get_current_task();
	__u64 inum = task->nsproxy->uts_ns->ns.inum;
	//           ^^^^^^^^^^^^^ error[untrusted-pointer]`,
    );
    expect(fix?.text).toContain('__u64 inum = BPF_CORE_READ(task, nsproxy, uts_ns, ns.inum);');
  });

  it.each([
    ['an array', 'bpf_printk("%s", task->comm);'],
    ['a struct', 'take(task->thread_info);'],
    ['a bit field', 'take(task->sched_contributes_to_load);'],
    ['a member that the kernel does not have', 'take(task->nothing);'],
    ['what is written', 'task->tgid = 1;'],
    ['an address', 'take(&task->tgid);'],
    ['sizeof', 'take(sizeof(task->tgid));'],
  ])('is silent for %s', (_, statement) => {
    const at = statement.indexOf('task->');
    const body = `	struct task_struct *task = (void *)bpf_get_current_task();
	${statement}
	${'//'.padEnd(Math.max(at, 2))}^^^^^^ error[untrusted-pointer]`;
    expect(fixes(body)).toEqual([]);
  });
});

describe('bounds', () => {
  it.each([
    ['__u32', 'values->cells', 'i >= sizeof(values->cells) / sizeof(values->cells[0])'],
    ['int', 'values->cells', 'i < 0 || i >= sizeof(values->cells) / sizeof(values->cells[0])'],
    ['size_t', 'values->name', 'i >= sizeof(values->name)'],
  ])('of an index of type %s in %s', (type, array, condition) => {
    expectFix(
      `	${type} i = number();
	values->total = ${array}[i];
	//              ^^^^^^^^^ error[unbounded-index]`.replace(
        '	values',
        '	struct value *values = global;\n\n	values',
      ),
      { index: 'i' },
      `	${type} i = number();
	struct value *values = global;

	if (${condition})
		return 0;
	values->total = ${array}[i];`,
    );
  });

  it.each([
    [
      'the type of the index is not known',
      '	index_t i = number();\n	char b[4];\n	b[i] = 1;\n	//^^^ error[unbounded-index]',
    ],
    [
      'what is indexed is a pointer',
      '	int i = number();\n	char *b = global;\n	b[i] = 1;\n	//^^^ error[unbounded-index]',
    ],
    ['the loop counts it', '	char b[4];\n	for (int i = 0; i < 9; i++)\n		b[i] = 1;\n		//^^ error[unbounded-index]'],
  ])('is silent where %s', (_, body) => {
    expect(fixes(body, { index: 'i' })).toEqual([]);
  });

  it('masks half of a value, of which the compiler compares the whole', () => {
    expectFix(
      `	char b[4];
	__u32 i = value;

	if (i >= 4)
		return 0;
	b[i] = 1;
	//^^^ error[stack-variable-bounds]`,
      { index: 'i' },
      `	char b[4];
	__u32 i = value;

	if (i >= 4)
		return 0;
	b[i & 3] = 1;`,
    );
  });

  it('is silent where it is checked well enough', () => {
    const body = `	char b[4];
	__u64 i = value;

	if (i >= 4)
		return 0;
	b[i] = 1;
	//^^^ error[stack-variable-bounds]`;
    expect(fixes(body, { index: 'i' })).toEqual([]);
  });

  it('cuts a size where nothing bounds it', () => {
    expectFix(
      `	char buffer[32];
	__u64 n = number();

	bpf_probe_read_user(buffer, n, ctx);
	// ^^^^^^^^^^^^^^^^ error[size-unbounded]`,
      { value: 'n' },
      `	char buffer[32];
	__u64 n = number();

	if (n > sizeof(buffer))
		n = sizeof(buffer);
	bpf_probe_read_user(buffer, n, ctx);`,
    );
  });
});

describe('what is given back', () => {
  it('is silent where goto leads to a common end', () => {
    const body = `	struct value *record = bpf_ringbuf_reserve(&r, 8, 0);
	//                     ^^^ cause[ringbuf-leak]

	if (!record)
		return 0;
	if (record->total)
		goto out;
	bpf_ringbuf_submit(record, 0);
out:
	return 0;
	// ^^ error[ringbuf-leak]`;
    expect(fixes(body)).toEqual([]);
  });

  it('is silent where the record is needed for what is returned', () => {
    const body = `	struct value *record = bpf_ringbuf_reserve(&r, 8, 0);
	//                     ^^^ cause[ringbuf-leak]

	if (!record)
		return 0;
	return record->total;
	// ^^^^^^^^^^^^^^^^^^ error[ringbuf-leak]`;
    expect(fixes(body)).toEqual([]);
  });
});

describe('license', () => {
  const helper = '	bpf_probe_read_kernel(ctx, 8, ctx);\n	// ^^^^^^^^^^^^^^^^^^ error[helper-license]';

  it('is declared where there is none', () => {
    const [fix] = fixes(helper);
    expect(fix?.preferred).toBe(true);
    expect(fix?.text).toMatch(/\}\n\nchar LICENSE\[\] SEC\("license"\) = "GPL";\n$/);
  });

  it('is changed only by choice', () => {
    const source = `${file(helper)}\nchar license[] SEC("license") = "Apache-2.0";\n`;
    const [fix] = fixesIn(source, {}, context);
    expect(fix).toMatchObject({ preferred: false, title: 'Change the license from "Apache-2.0" to "GPL"' });
    expect(fix?.text).toContain('char license[] SEC("license") = "GPL";');
  });

  it('may be in a header of the project', () => {
    expect(fixesIn(file(helper).replace('<bpf/bpf_helpers.h>', '"common.h"'), {}, context)).toEqual([]);
  });
});

describe('initialize', () => {
  const use = (declaration: string) => `	${declaration};

	bpf_map_update_elem(&m, &key, &x, 0);
	// ^^^^^^^^^^^^^^^^ error[stack-uninitialised]`;
  const kernelText = 'invalid read from stack R3 off -16+0 size 8';

  it.each([
    ['__u64 x', '__u64 x = 0'],
    ['int x, y', 'int x = 0, y'],
    ['__u8 x[16]', '__u8 x[16] = {}'],
  ])('gives %s a value', (declaration, fixed) => {
    expect(fixes(use(declaration), { kernelText })[0]?.text).toContain(`	${fixed};\n`);
  });

  it('clears a struct of the file', () => {
    const [fix] = fixes(use('struct value x'), { kernelText });
    expect(fix?.text).toContain('	struct value x;\n\n	__builtin_memset(&x, 0, sizeof(x));\n');
  });

  it.each(['event_t x', 'struct unknown x', 'volatile struct value x', 'struct value x = {}'])(
    'is silent for %s',
    (declaration) => {
      expect(fixes(use(declaration), { kernelText })).toEqual([]);
    },
  );
});
