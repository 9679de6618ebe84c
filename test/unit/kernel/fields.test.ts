import { describe, expect, it } from 'vitest';
import { createTypeIndex } from '#core/btf/index';
import { fieldFacts, memberPath, syscallArguments } from '#core/kernel/fields';
import { parseFormat } from '#core/kernel/format';
import type { TracepointFormat } from '#core/kernel/model';
import { readExample, readExpression } from '#core/kernel/read-example';
import { BtfBuilder } from '#support/btf-builder';
import { formatOf, schedProcessExec, schedSwitch, sysEnterOpenat, sysExitOpenat } from './formats';

function format(text: string, category: string, name: string): TracepointFormat {
  const { value } = parseFormat(text, category, name);
  if (value === undefined) throw new Error('no format');
  return value;
}

/** A sys_enter event with these arguments, as `type name`. */
function syscall(...declarations: string[]): TracepointFormat {
  const fields = declarations.map((declaration, i) => `${declaration} ${16 + i * 8} 8 0`);
  return format(formatOf('sys_enter_x', ['int __syscall_nr 8 4 1', ...fields]), 'syscalls', 'sys_enter_x');
}

/** An event with one field, `declaration offset size signed`. */
const event = (field: string): TracepointFormat => format(formatOf('e', [field]), 'c', 'e');

function facts(of: TracepointFormat, name: string) {
  const field = of.fields.find((f) => f.name === name);
  if (field === undefined) throw new Error(`no field ${name}`);
  return fieldFacts(of, field);
}

function example(of: TracepointFormat, name = of.fields[0]?.name): string {
  const field = of.fields.find((f) => f.name === name);
  if (field === undefined) throw new Error('no field');
  return readExample(of, field).join('\n');
}

const openat = format(sysEnterOpenat, 'syscalls', 'sys_enter_openat');
const openatExit = format(sysExitOpenat, 'syscalls', 'sys_exit_openat');
const exec = format(schedProcessExec, 'sched', 'sched_process_exec');
const sched = format(schedSwitch, 'sched', 'sched_switch');

/** From Linux 6.19: the kernel copies the string, and lists the copy behind the arguments. */
const newOpenat = format(
  formatOf('sys_enter_openat', [
    'int __syscall_nr 8 4 1',
    'int dfd 16 8 0',
    'const char * filename 24 8 0',
    'int flags 32 8 0',
    'umode_t mode 40 8 0',
    '__data_loc char[] __filename_val 48 4 0',
  ]),
  'syscalls',
  'sys_enter_openat',
);

describe('syscallArguments', () => {
  it('are the fields behind the number of the syscall', () => {
    expect(syscallArguments(openat).map((f) => f.name)).toEqual(['dfd', 'filename', 'flags', 'mode']);
  });

  it('are not the strings that newer kernels copy', () => {
    expect(syscallArguments(newOpenat).map((f) => f.name)).toEqual(['dfd', 'filename', 'flags', 'mode']);
  });

  it('may be called nr like the number of the syscall on old kernels', () => {
    const named = syscall('aio_context_t ctx_id', 'long min_nr', 'long nr', 'struct io_event * events');
    expect(named.fields.map((field) => memberPath(named, field))).toEqual([
      'id',
      'args[0]',
      'args[1]',
      'args[2]',
      'args[3]',
    ]);
    const old = format(
      formatOf('sys_enter_x', ['int nr 8 4 1', 'long nr 16 8 0']),
      'syscalls',
      'sys_enter_x',
    );
    expect(old.fields.map((field) => memberPath(old, field))).toEqual(['id', 'args[0]']);
  });

  it('are at most six, and none of other events', () => {
    expect(
      syscallArguments(syscall('int a', 'int b', 'int c', 'int d', 'int e', 'int f', 'int g')),
    ).toHaveLength(6);
    expect(syscallArguments(openatExit)).toEqual([]);
    expect(syscallArguments(exec)).toEqual([]);
    expect(syscallArguments({ ...openat, category: 'raw_syscalls' })).toEqual([]);
  });
});

describe('memberPath', () => {
  it.each([
    [openat, ['id', 'args[0]', 'args[1]', 'args[2]', 'args[3]']],
    [openatExit, ['id', 'ret']],
    [exec, ['__data_loc_filename', 'pid', 'old_pid']],
    [sched, ['prev_comm', 'prev_pid', 'prev_prio', 'prev_state', 'next_comm', 'next_pid', 'next_prio']],
  ])('%#', (of, paths) => {
    expect(of.fields.map((field) => memberPath(of, field))).toEqual(paths);
  });

  it('goes by the order of arguments, not by their offsets', () => {
    // As on kernels with one more common field: everything lies 8 bytes later, ctx does not.
    const shifted = format(
      formatOf('sys_enter_x', ['int __syscall_nr 12 4 1', 'int a 24 8 0', 'int b 32 8 0']),
      'syscalls',
      'sys_enter_x',
    );
    expect(shifted.fields.map((field) => memberPath(shifted, field))).toEqual(['id', 'args[0]', 'args[1]']);
  });
});

describe('fieldFacts', () => {
  it('tells a user pointer to a string, a number, and the number of the argument', () => {
    expect(facts(openat, 'filename')).toEqual({
      argument: 1,
      path: 'args[1]',
      value: 'user-pointer',
      isString: true,
      readable: true,
    });
    expect(facts(openat, 'mode')).toMatchObject({ argument: 3, value: 'value', isString: false });
    expect(facts(openatExit, 'ret')).toEqual({
      path: 'ret',
      value: 'value',
      isString: false,
      readable: true,
    });
  });

  it('knows that ctx of a syscall has none of the copied strings', () => {
    expect(facts(newOpenat, '__filename_val')).toMatchObject({ readable: false, value: 'dynamic' });
    expect(example(newOpenat, '__filename_val')).toBe('');
  });

  // Which char pointers hold a string when the syscall is entered: man 2 of each.
  it.each<[string, string[], string, boolean]>([
    ['write', ['unsigned int fd', 'const char * buf', 'size_t count'], 'buf', false],
    ['read', ['unsigned int fd', 'char * buf', 'size_t count'], 'buf', false],
    ['getcwd', ['char * buf', 'unsigned long size'], 'buf', false],
    ['sethostname', ['char * name', 'int len'], 'name', false],
    ['mq_timedsend', ['mqd_t mqdes', 'const char * u_msg_ptr', 'size_t msg_len'], 'u_msg_ptr', false],
    ['shmat', ['int shmid', 'char * shmaddr', 'int shmflg'], 'shmaddr', false],
    ['setsockopt', ['int level', 'char * optval', 'int optlen'], 'optval', false],
    ['truncate', ['const char * path', 'long length'], 'path', true],
    ['umount', ['char * name', 'int flags'], 'name', true],
    ['mount', ['char * dev_name', 'char * dir_name', 'char * type'], 'type', true],
    ['setxattr', ['const char * pathname', 'const char * name', 'const void * value'], 'name', true],
    ['execve', ['const char *const * argv'], 'argv', false],
  ])('%s: %s', (_, declarations, name, isString) => {
    expect(facts(syscall(...declarations), name)).toMatchObject({ value: 'user-pointer', isString });
  });

  it.each<[string, string, boolean]>([
    ['struct file * file 8 8 0', 'kernel-pointer', false],
    ['const char * name 8 8 0', 'kernel-pointer', true],
    ['void __user * arg 8 8 0', 'user-pointer', false],
    ['char comm[16] 8 16 0', 'array', true],
    ['u8 mac[6] 8 6 0', 'array', false],
    ['struct foo x[SOME_ENUM] 8 64 0', 'array', false],
    ['struct timespec64 ts 8 16 0', 'struct', false],
    ['__data_loc char[] s 8 4 0', 'dynamic', true],
    ['__data_loc u32[] s 8 4 0', 'dynamic', false],
    ['__rel_loc char s[] 8 4 0', 'dynamic', true],
    ['enum foo x 8 4 0', 'value', false],
  ])('%s is a %s', (field, value, isString) => {
    const of = event(field);
    expect(facts(of, of.fields[0]?.name ?? '')).toMatchObject({ value, isString, readable: true });
  });

  it('knows the typedefs that hide a pointer', () => {
    expect(facts(syscall('cap_user_header_t header'), 'header').value).toBe('user-pointer');
  });
});

describe('readExample', () => {
  it.each([
    [
      openat,
      'filename',
      'char filename[128];\nbpf_probe_read_user_str(filename, sizeof(filename), (void *)ctx->args[1]);',
    ],
    [openat, 'mode', 'umode_t mode = (umode_t)ctx->args[3];'],
    [openat, '__syscall_nr', 'int __syscall_nr = ctx->id;'],
    [openatExit, 'ret', 'long ret = ctx->ret;'],
    [sched, 'prev_pid', 'pid_t prev_pid = ctx->prev_pid;'],
    [
      sched,
      'prev_comm',
      'char prev_comm[16];\nbpf_probe_read_kernel_str(prev_comm, sizeof(prev_comm), ctx->prev_comm);',
    ],
    [
      exec,
      'filename',
      'char filename[128];\n' +
        'bpf_probe_read_kernel_str(filename, sizeof(filename), (void *)ctx + (ctx->__data_loc_filename & 0xffff));',
    ],
  ])('%#', (of, name, text) => {
    expect(example(of, name)).toBe(text);
  });

  it.each([
    [
      syscall('struct sockaddr * addr'),
      'struct sockaddr addr;\nbpf_probe_read_user(&addr, sizeof(addr), (void *)ctx->args[0]);',
    ],
    [
      syscall('const struct iovec * vec'),
      'struct iovec vec;\nbpf_probe_read_user(&vec, sizeof(vec), (void *)ctx->args[0]);',
    ],
    [
      syscall('const char *const * argv'),
      'const char *argv;\nbpf_probe_read_user(&argv, sizeof(argv), (void *)ctx->args[0]);',
    ],
    [syscall('void * data'), 'u8 data[64];\nbpf_probe_read_user(data, sizeof(data), (void *)ctx->args[0]);'],
    [
      syscall('cap_user_header_t header'),
      'u8 header[64];\nbpf_probe_read_user(header, sizeof(header), (void *)ctx->args[0]);',
    ],
    [event('u8 mac[6] 8 6 0'), 'u8 mac[6];\nbpf_probe_read_kernel(mac, sizeof(mac), ctx->mac);'],
    [event('struct foo x[SOME_ENUM] 8 64 0'), 'u8 x[64];\nbpf_probe_read_kernel(x, sizeof(x), ctx->x);'],
    [event('struct foo x 8 16 0'), 'struct foo x;\nbpf_probe_read_kernel(&x, sizeof(x), &ctx->x);'],
    [event('void* ring 8 8 0'), 'void *ring = ctx->ring;'],
    [
      syscall('struct iocb * * iocbpp'),
      'struct iocb *iocbpp;\nbpf_probe_read_user(&iocbpp, sizeof(iocbpp), (void *)ctx->args[0]);',
    ],
    [event('void __seg_gs * ptr 8 8 0'), 'void *ptr = ctx->ptr;'],
    [event('void * ctx 8 8 0'), 'void *ctx_value = ctx->ctx;'],
    [event('void (*)(struct rcu_head *) func 8 8 0'), 'void (*func)(struct rcu_head *) = ctx->func;'],
    [
      event('const char * name 8 8 0'),
      'char name[128];\nbpf_probe_read_kernel_str(name, sizeof(name), ctx->name);',
    ],
    [
      event('__data_loc cpumask_t mask 8 4 0'),
      'u8 mask[64];\nbpf_probe_read_kernel(mask, sizeof(mask), (void *)ctx + (ctx->__data_loc_mask & 0xffff));',
    ],
    [
      event('__data_loc struct foo[] s 8 4 0'),
      'struct foo s;\nbpf_probe_read_kernel(&s, sizeof(s), (void *)ctx + (ctx->__data_loc_s & 0xffff));',
    ],
    [
      event('__data_loc u32[] s 8 4 0'),
      'u32 s[16];\nbpf_probe_read_kernel(s, sizeof(s), (void *)ctx + (ctx->__data_loc_s & 0xffff));',
    ],
    [
      event('__rel_loc char s[] 8 4 0'),
      'char s[128];\nbpf_probe_read_kernel_str(s, sizeof(s), (void *)(&ctx->__rel_loc_s + 1) + (ctx->__rel_loc_s & 0xffff));',
    ],
  ])('%#', (of, text) => {
    expect(example(of, of.fields.at(-1)?.name)).toBe(text);
  });

  it('reads the first bytes of a struct that the kernel does not have, or that the stack cannot hold', () => {
    const btf = new BtfBuilder();
    btf.struct('small', 256, []);
    btf.struct('big', 257, []);
    const types = createTypeIndex({ vmlinux: btf.build() }).value;
    const declarations = syscall(
      'struct small * a',
      'const struct big * b',
      'struct gone * c',
      'struct gone * * d',
    );
    const lines = syscallArguments(declarations).map((field) => readExample(declarations, field, types)[0]);
    expect(lines).toEqual(['struct small a;', 'u8 b[64];', 'u8 c[64];', 'struct gone *d;']);
  });

  it('has a last line that does the reading', () => {
    const field = openat.fields[2];
    expect(field && readExpression(openat, field)).toBe(
      'bpf_probe_read_user_str(filename, sizeof(filename), (void *)ctx->args[1]);',
    );
  });
});
