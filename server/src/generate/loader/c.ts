/** A loader in C: a libbpf skeleton that attaches the program and prints what it sends until it is interrupted. */
import type { GeneratedProgram, RecordMember, RecordStruct } from '../model';
import { maxStores, structText } from '../record';
import { kernelStyle, styled } from '../style';
import { skeletonName } from './makefile';

export function cLoader(program: GeneratedProgram): string {
  const { baseName, delivery, records, header, droppedCounter } = program;
  const prints = delivery === 'printk' ? [] : records;
  const shown = new Set(prints.flatMap(({ members }) => members.map((member) => member.shown)));
  const blocks = [
    [
      '#include <errno.h>',
      '#include <signal.h>',
      '#include <stdio.h>',
      '#include <string.h>',
      ...(delivery === 'printk' ? ['#include <fcntl.h>', '#include <unistd.h>'] : []),
      '#include <linux/types.h>',
      '#include <bpf/libbpf.h>',
      ...(header === undefined ? [] : [`#include "${header.name}"`]),
      `#include "${baseName}.skel.h"`,
    ].join('\n'),
    // In a file that was there before, the records are defined among other things.
    ...(header === undefined
      ? prints.map(
          (record) =>
            `/* As in ${baseName}.bpf.c. */\n${structText(record.name, { ...record, align: alignOf(record) })}`,
        )
      : []),
    'static volatile sig_atomic_t interrupted;',
    'static void on_signal(int signal)\n{\n\t(void)signal;\n\tinterrupted = 1;\n}',
    ...(shown.has('bytes') ? [bytesFunction] : []),
    ...prints.map((record) => printFunction(record, delivery)),
    ...(delivery === 'perfbuf' ? [lostFunction] : []),
    mainFunction(program, droppedCounter),
  ];
  return `${styled(blocks.join('\n\n'), kernelStyle)}\n`;
}

/** As the generator laid it out: a long record of strings alone is aligned for a quick memset. */
function alignOf({ members, size }: RecordStruct): number {
  const natural = members[0]?.align ?? 1;
  return natural === 1 && size > maxStores ? 8 : natural;
}

const bytesFunction = `static void print_bytes(const char *name, const __u8 *bytes, size_t size)
{
	printf(" %s=", name);
	for (size_t i = 0; i < size; i++)
		printf("%02x", bytes[i]);
}`;

const lostFunction = `static void on_lost(void *ctx, int cpu, __u64 count)
{
	(void)ctx;
	fprintf(stderr, "%llu records were lost on CPU %d\\n", count, cpu);
}`;

function printFunction({ name, members, events }: RecordStruct, delivery: string): string {
  const signature =
    delivery === 'perfbuf'
      ? `static void print_${name}(void *ctx, int cpu, void *data, __u32 size)`
      : `static int print_${name}(void *ctx, void *data, size_t size)`;
  const [event] = events;
  const unused = delivery === 'perfbuf' ? ['(void)ctx;', '(void)cpu;'] : ['(void)ctx;'];
  const lines = [
    `const struct ${name} *event = data;`,
    '',
    ...unused,
    'if (size < sizeof(*event))',
    `\treturn${delivery === 'perfbuf' ? '' : ' 0'};`,
    ...printStatements(
      event?.name.replace(/^sys_(?:enter|exit)_/, '') ?? name,
      members.filter(({ padding }) => padding !== true),
    ),
    ...(delivery === 'perfbuf' ? [] : ['return 0;']),
  ];
  const body = lines.map((line) => (line === '' ? '' : `\t${line}`)).join('\n');
  return `${signature}\n{\n${body}\n}`;
}

/** One printf for all that stands side by side; arrays are printed in between. */
function printStatements(label: string, members: readonly RecordMember[]): readonly string[] {
  const statements: string[] = [];
  let format = label;
  let values: string[] = [];
  const flush = () => {
    if (format !== '') statements.push(`printf(${[`"${format}"`, ...values].join(', ')});`);
    format = '';
    values = [];
  };
  for (const member of members) {
    const { name, length, shown, count } = member;
    const value = `event->${name}`;
    if (shown === 'bytes') {
      flush();
      const size = count === undefined ? `sizeof(${value})` : atMost(member, count);
      statements.push(`print_bytes("${name}", ${value}, ${size});`);
    } else if (shown === 'numbers') {
      format += ` ${name}=`;
      flush();
      const end = count === undefined ? String(length ?? 1) : atMost(member, count);
      statements.push(
        `for (size_t i = 0; i < ${end}; i++)`,
        `\tprintf("%s${conversion(member)}", i ? "," : "", ${value}[i]);`,
      );
    } else if (shown === 'string') {
      format += ` ${name}=\\"%.*s\\"`;
      values.push(`(int)sizeof(${value})`, value);
    } else if (shown === 'nanoseconds') {
      format += ` ${name.replace(/_ns$/, '')}=%.3fms`;
      values.push(`${value} / 1e6`);
    } else {
      format += ` ${name}=${conversion(member)}`;
      values.push(value);
    }
  }
  format += '\\n';
  flush();
  return statements;
}

/** How many elements hold something: the record says how many there were. */
function atMost({ name, length = 1 }: RecordMember, count: string): string {
  return `(event->${count} < ${length} ? event->${count} : sizeof(event->${name}) / sizeof(event->${name}[0]))`;
}

function conversion({ type, shown }: RecordMember): string {
  const size = type.endsWith('64') ? 'll' : '';
  switch (shown) {
    case 'hex':
    case 'pointer':
      return `0x%${size}x`;
    case 'octal':
      return `0%${size}o`;
    default:
      return `%${size}${type.startsWith('__s') ? 'd' : 'u'}`;
  }
}

function mainFunction(
  { baseName, delivery, records }: GeneratedProgram,
  dropped: string | undefined,
): string {
  const skeleton = skeletonName(baseName);
  const start = [
    `struct ${skeleton} *skeleton;`,
    ...(delivery === 'ringbuf' ? ['struct ring_buffer *buffer = NULL;'] : []),
    ...(delivery === 'perfbuf' ? records.map((_, i) => `struct perf_buffer *buffer${i + 1} = NULL;`) : []),
    ...(delivery === 'printk' ? ['char text[4096];', 'ssize_t size;', 'int pipe = -1;'] : []),
    'int error;',
    '',
    `skeleton = ${skeleton}__open_and_load();`,
    'if (!skeleton) {',
    '\tfprintf(stderr, "cannot load the program: %s\\n", strerror(errno));',
    '\treturn 1;',
    '}',
  ];
  // After the buffers are there: what is sent to none is lost.
  const attach = [
    '',
    `error = ${skeleton}__attach(skeleton);`,
    'if (error) {',
    '\tfprintf(stderr, "cannot attach the program: %s\\n", strerror(-error));',
    '\tgoto cleanup;',
    '}',
  ];
  const signals = [
    '',
    '/* Without SA_RESTART: a signal ends the wait for records. */',
    'struct sigaction action = { .sa_handler = on_signal };',
    'sigaction(SIGINT, &action, NULL);',
    'sigaction(SIGTERM, &action, NULL);',
    '',
  ];
  const cleanup = [
    '',
    ...(dropped === undefined
      ? []
      : [
          `if (skeleton->bss->${dropped})`,
          `\tfprintf(stderr, "%llu records were dropped\\n", (unsigned long long)skeleton->bss->${dropped});`,
        ]),
    'cleanup:',
    ...(delivery === 'ringbuf' ? ['ring_buffer__free(buffer);'] : []),
    ...(delivery === 'perfbuf' ? records.map((_, i) => `perf_buffer__free(buffer${i + 1});`) : []),
    ...(delivery === 'printk' ? ['if (pipe >= 0)', '\tclose(pipe);'] : []),
    `${skeleton}__destroy(skeleton);`,
    'return error ? 1 : 0;',
  ];
  const { open, read } = streamLines(records, delivery);
  const lines = [...start, ...signals, ...open, ...attach, '', ...read, ...cleanup];
  // Labels stand at the margin.
  const body = lines.map((line) => (line === '' || /^\w+:$/.test(line) ? line : `\t${line}`)).join('\n');
  return `int main(void)\n{\n${body}\n}`;
}

function streamLines(
  records: readonly RecordStruct[],
  delivery: string,
): { readonly open: readonly string[]; readonly read: readonly string[] } {
  const fail = [
    '\terror = -errno;',
    '\tfprintf(stderr, "cannot read records: %s\\n", strerror(errno));',
    '\tgoto cleanup;',
  ];
  const descriptor = ({ map }: RecordStruct) => `bpf_map__fd(skeleton->maps.${map ?? ''})`;
  if (delivery === 'printk') {
    const open = [
      'pipe = open("/sys/kernel/tracing/trace_pipe", O_RDONLY);',
      'if (pipe < 0)',
      '\tpipe = open("/sys/kernel/debug/tracing/trace_pipe", O_RDONLY);',
      'if (pipe < 0) {',
      ...fail.map((line) => line.replace('records', 'trace_pipe')),
      '}',
    ];
    const read = [
      'while (!interrupted && (size = read(pipe, text, sizeof(text))) > 0) {',
      '\tfwrite(text, 1, size, stdout);',
      '\tfflush(stdout);',
      '}',
    ];
    return { open, read };
  }
  if (delivery === 'perfbuf') {
    const open = records.flatMap((record, i) => [
      `buffer${i + 1} = perf_buffer__new(${descriptor(record)}, 64, print_${record.name}, on_lost, NULL, NULL);`,
      `if (!buffer${i + 1}) {`,
      ...fail,
      '}',
    ]);
    const read = [
      'while (!interrupted) {',
      ...records.map((_, i) => `\tperf_buffer__poll(buffer${i + 1}, 100);`),
      '\tfflush(stdout);',
      '}',
    ];
    return { open, read };
  }
  const open = records.flatMap((record, i) =>
    i === 0
      ? [
          `buffer = ring_buffer__new(${descriptor(record)}, print_${record.name}, NULL, NULL);`,
          'if (!buffer) {',
          ...fail,
          '}',
        ]
      : [
          `error = ring_buffer__add(buffer, ${descriptor(record)}, print_${record.name}, NULL);`,
          'if (error)',
          '\tgoto cleanup;',
        ],
  );
  const read = ['while (!interrupted) {', '\tring_buffer__poll(buffer, 100);', '\tfflush(stdout);', '}'];
  return { open, read };
}
