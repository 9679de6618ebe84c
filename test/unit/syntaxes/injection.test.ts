import { beforeAll, describe, expect, it } from 'vitest';
import { HELPER_ROWS } from '#core/bpf/helpers.generated';
import { SECTIONS } from '#core/bpf/section-table';
import { createTokenizer, vscodeGrammar, type Tokenize } from '#support/grammar';

const intoSmall = { host: 'a small grammar for C', grammar: undefined };
const intoReal = { host: "VS Code's grammar for C", grammar: vscodeGrammar };

describe.each(vscodeGrammar === undefined ? [intoSmall] : [intoSmall, intoReal])(
  'injected into $host',
  ({ grammar }) => {
    let tokenize: Tokenize;
    beforeAll(async () => {
      tokenize = await createTokenizer(grammar);
    });

    /** The pieces that our grammar colours, each with its innermost scope (without the closing `.ebpf`). */
    function coloured(text: string): (readonly [string, string])[] {
      return tokenize(text).flatMap(({ text, scopes }) => {
        const scope = scopes.at(-1) ?? '';
        const ours = scope.endsWith('.ebpf') && !/^(?:punctuation|meta|string)\./.test(scope);
        return ours ? [[text.trim(), scope.replace(/\.ebpf$/, '')] as const] : [];
      });
    }

    const SEC = ['SEC', 'keyword.other.section'] as const;

    it.each([
      [
        'SEC("tp/syscalls/sys_enter_openat")',
        [
          SEC,
          ['tp', 'storage.type.section'],
          ['syscalls', 'entity.name.namespace.category'],
          ['sys_enter_openat', 'entity.name.function.event'],
        ],
      ],
      [
        'SEC("?tracepoint/sched/sched_switch")',
        [
          SEC,
          ['?', 'keyword.operator.optional'],
          ['tracepoint', 'storage.type.section'],
          ['sched', 'entity.name.namespace.category'],
          ['sched_switch', 'entity.name.function.event'],
        ],
      ],
      [
        'SEC("tp.s/syscalls")',
        [SEC, ['tp.s', 'storage.type.section'], ['syscalls', 'entity.name.namespace.category']],
      ],
      ['SEC ( "xdp" )', [SEC, ['xdp', 'storage.type.section']]],
      [
        'SEC("kprobe/do_exit")',
        [SEC, ['kprobe', 'storage.type.section'], ['do_exit', 'entity.name.function.target']],
      ],
      [
        'SEC("uprobe//usr/lib/libc.so.6:malloc")',
        [
          SEC,
          ['uprobe', 'storage.type.section'],
          ['/usr/lib/libc.so.6', 'entity.name.namespace.binary'],
          ['malloc', 'entity.name.function.target'],
        ],
      ],
      ['char LICENSE[] SEC("license") = "GPL";', [SEC, ['license', 'storage.type.section']]],
    ])('takes %s apart', (text, expected) => {
      expect(coloured(text)).toEqual(expected);
    });

    it.each(SECTIONS.map(({ name }) => name))('shows %s as a section', (name) => {
      const [, kind] = coloured(`SEC("${name}")`);
      expect(kind).toEqual([name.split('/', 1)[0], 'storage.type.section']);
    });

    it('colours every helper, called, and nothing that only looks like one', () => {
      const missed = HELPER_ROWS.filter(
        ([, name]) => coloured(`  x = ${name}(ctx);`)[0]?.[1] !== 'support.function.helper',
      );
      expect(missed).toEqual([]);
      expect(
        coloured('bpf_map_lookup_elem_mine(x); my_bpf_map_lookup_elem(x); bpf_ktime_get_ns = 1;'),
      ).toEqual([]);
    });

    it('colours the macros that define programs, with the name they define', () => {
      expect(coloured('int BPF_KPROBE(on_exit, int code)')).toEqual([
        ['BPF_KPROBE', 'support.function.macro.program'],
        ['on_exit', 'entity.name.function.program'],
      ]);
      expect(coloured('pid = BPF_CORE_READ(task, real_parent, tgid);')).toEqual([
        ['BPF_CORE_READ', 'support.function.macro.read'],
      ]);
      expect(coloured('bpf_printk("%d", pid);')).toEqual([['bpf_printk', 'support.function.libbpf']]);
    });

    it('colours the attributes of a map', () => {
      const map =
        'struct {\n\t__uint(type, BPF_MAP_TYPE_HASH);\n\t__type(key, __u32);\n} counts SEC(".maps");';
      expect(coloured(map)).toEqual([
        ['__uint', 'keyword.other.map'],
        ['type', 'variable.other.property.map'],
        ['BPF_MAP_TYPE_HASH', 'support.constant.map-type'],
        ['__type', 'keyword.other.map'],
        ['key', 'variable.other.property.map'],
        SEC,
        ['.maps', 'storage.type.section'],
      ]);
    });

    it('leaves comments and strings alone', () => {
      expect(coloured('// SEC("xdp") bpf_ktime_get_ns()')).toEqual([]);
      expect(coloured('/* SEC("xdp")\n bpf_ktime_get_ns() */')).toEqual([]);
      expect(coloured('puts("SEC(xdp) bpf_ktime_get_ns() __uint(type, 1)");')).toEqual([]);
    });

    it.each(['SEC("tp/sys', 'SEC("tp/syscalls/sys_en', 'SEC(', 'SEC("xdp"', 'SEC("'])(
      'while %s is being typed, does not colour the lines below',
      (text) => {
        const after = 'int handle(void *ctx)\n{\n\treturn 0;\n}';
        const alone = tokenize(after);
        const below = tokenize(`${text}\n${after}`).slice(-alone.length);
        expect(below).toEqual(alone);
      },
    );

    it('leaves what follows a complete program as it was without it', () => {
      const before =
        'SEC("tp/sched/sched_switch")\nint BPF_PROG(handle, int x)\n{\n\treturn bpf_ktime_get_ns();\n}\n';
      const after = 'static int other(void)\n{\n\treturn 1;\n}';
      const alone = tokenize(after);
      expect(tokenize(before + after).slice(-alone.length)).toEqual(alone);
    });
  },
);
