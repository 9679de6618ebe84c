// Programs that differ in nothing but what they ask of the kernel's types. Which kernels take which of them is not written
// here: the kernels say it. Types are declared as far as they are needed, in the flavours of several kernels.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

#define P SEC("raw_tp/sched_switch")
#define READ(name, ...) P int name(void *ctx) { return (int)(long)__VA_ARGS__; }
#define TASK ((struct task_struct *)bpf_get_current_task())
#define __hidden_noinline static __attribute__((noinline))

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct list_head { struct list_head *next, *prev; };
struct upid { int nr; };
struct pid { int count; unsigned int level; struct upid numbers[1]; };
struct kernel_cap_struct { unsigned int cap[2]; };
struct kernel_cap_struct___new { unsigned long long val; };
struct cred { struct kernel_cap_struct cap_effective; };
struct cred___new { struct kernel_cap_struct___new cap_effective; };
struct qstr { union { struct { unsigned int hash; unsigned int len; }; unsigned long long hash_len; }; const unsigned char *name; };
struct dentry { struct qstr d_name; struct dentry *d_parent; };
struct path { void *mnt; struct dentry *dentry; };
struct inode { unsigned long i_ino; unsigned short i_mode; };
struct inode___old { struct { long long tv_sec; } i_ctime; };
struct inode___mid { struct { long long tv_sec; } __i_ctime; };
struct inode___new { long long i_ctime_sec; };
struct file { struct path f_path; struct inode *f_inode; };
struct file___ref { struct { unsigned long refcnt; } f_ref; };
struct mm_rss_stat { struct { long long counter; } count[4]; };
struct percpu_counter { long long count; };
struct mm_struct { unsigned long start_code; void *pgd; };
struct mm_struct___rb { struct { void *rb_node; } mm_rb; };
struct mm_struct___mt { struct { unsigned int ma_flags; } mm_mt; };
struct mm_struct___stat { struct mm_rss_stat rss_stat; };
struct mm_struct___percpu { struct percpu_counter rss_stat[4]; };
struct thread_info { unsigned long flags; };
struct thread_info___cpu { unsigned int cpu; };
struct task_struct {
	struct thread_info thread_info;
	int pid, tgid;
	char comm[16];
	struct task_struct *real_parent, *group_leader;
	struct mm_struct *mm;
	const struct cred *cred;
	struct pid *thread_pid;
	unsigned sched_reset_on_fork:1;
	unsigned in_execve:1;
	unsigned int flags;
	struct list_head tasks;
};
struct task_struct___state { volatile long state; };
struct task_struct___new { unsigned int __state; };
struct task_struct___cpu { unsigned int cpu; };
struct task_struct___mm { struct mm_struct___rb *mm; };
struct task_struct___cred { const struct cred___new *cred; };
struct task_struct___kinds { struct { int x; } pid; int *tgid; int comm; };
struct task_struct___sizes { short flags; int start_time; long pid; };
struct task_struct___signed { long flags; unsigned char exit_state; };
struct task_struct___never { int no_such_field; struct { int a; } no_such_struct; };
struct task_struct___bits { unsigned no_such_bit:1; unsigned in_iowait:1; unsigned sched_contributes_to_load:1; };
struct bio { unsigned int bi_opf; };
struct bio___disk { void *bi_disk; };
struct bio___bdev { void *bi_bdev; };
struct request { unsigned int cmd_flags; unsigned int __data_len; };
struct request___disk { void *rq_disk; };
struct module { char name[56]; };
struct module___layout { struct { void *base; unsigned int size; } core_layout; };
struct module___mem { struct { void *base; unsigned int size; } mem[7]; };
struct sk_buff { unsigned int len; union { struct { struct sk_buff *next, *prev; void *dev; }; int unused; }; };
struct sk_buff___bits { unsigned char pkt_type:3; unsigned char ip_summed:2; };
struct sock_common { unsigned short skc_family; unsigned char skc_reuse:4; };
struct sock { struct sock_common __sk_common; };
struct sock___bits { unsigned int sk_padding:1, sk_kern_sock:1; unsigned int sk_protocol:8; };
struct folio { unsigned long flags; };
struct maple_tree { unsigned int ma_flags; };
struct no_such_struct { int x; struct { int y[4]; } z; };
union no_such_union { int x; };
struct page { unsigned long flags; union { struct { void *mapping; unsigned long index; }; int other; }; };
struct list_head___same { struct list_head *next, *prev; };
struct list_head___other { int next; };
struct list_head___few { struct list_head *prev; };
struct list_head___more { struct list_head *next, *prev; int more; };
struct upid___int { int nr; };
struct upid___unsigned { unsigned int nr; };
struct mm_rss_stat___here { struct { long long counter; } count[4]; };
struct path___fwd { struct vfsmount *mnt; };
union sigval { int sival_int; void *sival_ptr; };
#pragma clang attribute pop

struct vfsmount;
enum bpf_map_type___x {
	BPF_MAP_TYPE_HASH___x = 90, BPF_MAP_TYPE_ARENA___x = 91, BPF_MAP_TYPE_USER_RINGBUF___x = 92,
	BPF_MAP_TYPE_BLOOM_FILTER___x = 93, BPF_MAP_TYPE_NO_SUCH___x = 94,
};
enum no_such_enum { NO_SUCH_VALUE = 3 };
enum pid_type { PIDTYPE_PID = 5, PIDTYPE_TGID = 6 };
enum pid_type___few { PIDTYPE_PGID };
enum pid_type___other { PIDTYPE_NO_SUCH };
typedef struct { unsigned long long val; } kernel_cap_t___new;
typedef unsigned int gfp_t;
typedef int no_such_typedef;
typedef void (*rcu_callback_t)(void *head);
typedef int (*proc_handler)(void *table, int write, void *buffer, void *lenp, void *ppos);
typedef int (*proc_handler___few)(void *table, int write);

struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, long); } values SEC(".maps");
const volatile int setting = 0;
const volatile int other_setting = 1;
long counter;

// Fields that are there, wherever they are.
READ(plain_pid, BPF_CORE_READ(TASK, pid))
READ(two_steps, BPF_CORE_READ(TASK, real_parent, tgid))
READ(three_steps, BPF_CORE_READ(TASK, mm, pgd))
READ(moved_f_inode, BPF_CORE_READ((struct file *)ctx, f_inode, i_ino))
READ(nested_struct, BPF_CORE_READ((struct file *)ctx, f_path.dentry, d_name.name))
READ(anonymous_union, BPF_CORE_READ((struct dentry *)ctx, d_name.len))
READ(anonymous_deep, BPF_CORE_READ((struct sk_buff *)ctx, dev))
READ(page_mapping, BPF_CORE_READ((struct page *)ctx, mapping))
READ(array_element, BPF_CORE_READ(TASK, comm[3]))
READ(array_last, BPF_CORE_READ(TASK, comm[15]))
READ(list_pointer, BPF_CORE_READ(TASK, tasks.next))
READ(bitfield_first, BPF_CORE_READ_BITFIELD_PROBED(TASK, sched_reset_on_fork))
READ(bitfield_second, BPF_CORE_READ_BITFIELD_PROBED(TASK, in_execve))
READ(bitfield_iowait, BPF_CORE_READ_BITFIELD_PROBED((struct task_struct___bits *)TASK, in_iowait))
READ(bitfield_skb, BPF_CORE_READ_BITFIELD_PROBED((struct sk_buff___bits *)ctx, pkt_type))
READ(bitfield_skb_two, BPF_CORE_READ_BITFIELD_PROBED((struct sk_buff___bits *)ctx, ip_summed))
READ(bitfield_common, BPF_CORE_READ_BITFIELD_PROBED((struct sock *)ctx, __sk_common.skc_reuse))
READ(bitfield_no_more, BPF_CORE_READ_BITFIELD_PROBED((struct sock___bits *)ctx, sk_protocol))
READ(bitfield_padding, BPF_CORE_READ_BITFIELD_PROBED((struct sock___bits *)ctx, sk_padding))
READ(size_of_field, bpf_core_field_size(TASK->comm))
READ(size_of_struct, bpf_core_type_size(struct task_struct))
READ(offset_of_field, bpf_core_field_offset(struct task_struct, mm))
READ(offset_of_bitfield, __builtin_preserve_field_info(TASK->in_execve, BPF_FIELD_BYTE_OFFSET))
READ(sign_of_field, __builtin_preserve_field_info(TASK->pid, BPF_FIELD_SIGNED))
READ(sign_of_flags, __builtin_preserve_field_info(TASK->flags, BPF_FIELD_SIGNED))
READ(shift_of_field, __builtin_preserve_field_info(TASK->flags, BPF_FIELD_LSHIFT_U64))

// Fields that some kernels have.
READ(old_state, BPF_CORE_READ((struct task_struct___state *)TASK, state))
READ(new_state, BPF_CORE_READ((struct task_struct___new *)TASK, __state))
READ(old_cpu, BPF_CORE_READ((struct task_struct___cpu *)TASK, cpu))
READ(info_cpu, BPF_CORE_READ((struct thread_info___cpu *)TASK, cpu))
READ(old_mm_rb, BPF_CORE_READ((struct mm_struct___rb *)ctx, mm_rb.rb_node))
READ(new_mm_mt, BPF_CORE_READ((struct mm_struct___mt *)ctx, mm_mt.ma_flags))
READ(old_through_mm, BPF_CORE_READ((struct task_struct___mm *)TASK, mm, mm_rb.rb_node))
READ(old_rss, BPF_CORE_READ((struct mm_struct___stat *)ctx, rss_stat.count[1].counter))
READ(new_rss, BPF_CORE_READ((struct mm_struct___percpu *)ctx, rss_stat[2].count))
READ(old_disk, BPF_CORE_READ((struct bio___disk *)ctx, bi_disk))
READ(new_bdev, BPF_CORE_READ((struct bio___bdev *)ctx, bi_bdev))
READ(old_rq_disk, BPF_CORE_READ((struct request___disk *)ctx, rq_disk))
READ(old_layout, BPF_CORE_READ((struct module___layout *)ctx, core_layout.size))
READ(new_layout, BPF_CORE_READ((struct module___mem *)ctx, mem[2].size))
READ(old_cap, BPF_CORE_READ(TASK, cred, cap_effective.cap[1]))
READ(new_cap, BPF_CORE_READ((struct task_struct___cred *)TASK, cred, cap_effective.val))
READ(old_ctime, BPF_CORE_READ((struct inode___old *)ctx, i_ctime.tv_sec))
READ(mid_ctime, BPF_CORE_READ((struct inode___mid *)ctx, __i_ctime.tv_sec))
READ(new_ctime, BPF_CORE_READ((struct inode___new *)ctx, i_ctime_sec))
READ(new_file_ref, BPF_CORE_READ((struct file___ref *)ctx, f_ref.refcnt))
READ(pid_number, BPF_CORE_READ(TASK, thread_pid, numbers[0].nr))
P int pid_number_beyond(void *ctx)
{
	struct pid___more { unsigned int level; struct upid numbers[4]; } __attribute__((preserve_access_index));
	return BPF_CORE_READ((struct pid___more *)ctx, numbers[2].nr);
}
READ(bitfield_missing, BPF_CORE_READ_BITFIELD_PROBED((struct task_struct___bits *)TASK, no_such_bit))
READ(bitfield_load, BPF_CORE_READ_BITFIELD_PROBED((struct task_struct___bits *)TASK, sched_contributes_to_load))
READ(never_field, BPF_CORE_READ((struct task_struct___never *)TASK, no_such_field))
READ(never_inner, BPF_CORE_READ((struct task_struct___never *)TASK, no_such_struct.a))
READ(never_struct, BPF_CORE_READ((struct no_such_struct *)ctx, z.y[2]))
READ(never_size, bpf_core_field_size(((struct task_struct___never *)0)->no_such_field))
READ(never_offset, bpf_core_field_offset(struct task_struct___never, no_such_field))
READ(never_signed, __builtin_preserve_field_info(((struct task_struct___never *)0)->no_such_field, BPF_FIELD_SIGNED))
READ(never_rshift, __builtin_preserve_field_info(((struct task_struct___never *)0)->no_such_field, BPF_FIELD_RSHIFT_U64))

// Fields of another kind.
READ(kind_struct_for_int, BPF_CORE_READ((struct task_struct___kinds *)TASK, pid.x))
READ(kind_pointer_for_int, BPF_CORE_READ((struct task_struct___kinds *)TASK, tgid))
READ(kind_int_for_array, BPF_CORE_READ((struct task_struct___kinds *)TASK, comm))
READ(exists_of_other_kind, bpf_core_field_exists(((struct task_struct___kinds *)0)->tgid))

// Loads that move with the field: those of a traced task are made by the program itself.
#define BTF SEC("tp_btf/task_rename")
#define LOAD(name, tag, ...) BTF int BPF_PROG(name, struct tag *task) { return (int)(long)(__VA_ARGS__) != 5; }
LOAD(load_pid, task_struct, task->pid)
LOAD(load_flags, task_struct, task->flags)
LOAD(load_two, task_struct, task->group_leader->tgid)
LOAD(load_comm, task_struct, task->comm[2])
LOAD(load_bitfield, task_struct, BPF_CORE_READ_BITFIELD(task, in_execve))
LOAD(load_old_state, task_struct___state, task->state)
LOAD(load_new_state, task_struct___new, task->__state)
LOAD(load_short_for_int, task_struct___sizes, task->flags)
LOAD(load_int_for_long, task_struct___sizes, task->start_time)
LOAD(load_long_for_int, task_struct___sizes, task->pid)
LOAD(load_signed_long, task_struct___signed, task->flags)
LOAD(load_char_for_int, task_struct___signed, task->exit_state)
LOAD(load_missing, task_struct___never, task->no_such_field)
LOAD(load_guarded, task_struct___new, bpf_core_field_exists(task->__state) ? task->__state : ((struct task_struct___state *)task)->state)
LOAD(load_after_branch, task_struct, task->pid > 7 ? ((struct task_struct___never *)task)->no_such_field : 1)
LOAD(load_other_guard, task_struct, task->pid == 1 || bpf_core_field_exists(((struct task_struct___never *)task)->no_such_field) ? 4 : 6)

// Questions.
READ(asks_field, bpf_core_field_exists(((struct task_struct___new *)0)->__state))
READ(asks_missing, bpf_core_field_exists(((struct task_struct___never *)0)->no_such_field))
READ(asks_missing_struct, bpf_core_field_exists(((struct no_such_struct *)0)->x))
READ(asks_element, bpf_core_field_exists(((struct task_struct *)0)->comm[12]))
READ(asks_folio, bpf_core_type_exists(struct folio))
READ(asks_maple, bpf_core_type_exists(struct maple_tree))
READ(asks_no_type, bpf_core_type_exists(struct no_such_struct))
READ(asks_no_union, bpf_core_type_exists(union no_such_union))
READ(asks_union, bpf_core_type_exists(union sigval))
READ(asks_typedef, bpf_core_type_exists(gfp_t))
READ(asks_no_typedef, bpf_core_type_exists(no_such_typedef))
READ(asks_callback, bpf_core_type_exists(rcu_callback_t))
READ(asks_handler, bpf_core_type_exists(proc_handler))
READ(asks_handler_few, bpf_core_type_exists(proc_handler___few))
READ(asks_cap, bpf_core_type_exists(kernel_cap_t___new))
READ(asks_size, bpf_core_type_size(struct folio))
READ(asks_no_size, bpf_core_type_size(struct no_such_struct))
READ(asks_id, bpf_core_type_id_kernel(struct task_struct))
READ(asks_local_id, bpf_core_type_id_local(struct task_struct))
READ(asks_no_id, bpf_core_type_id_kernel(struct no_such_struct))
READ(asks_enum, bpf_core_enum_value_exists(enum bpf_map_type___x, BPF_MAP_TYPE_HASH___x))
READ(asks_arena, bpf_core_enum_value_exists(enum bpf_map_type___x, BPF_MAP_TYPE_ARENA___x))
READ(asks_no_value, bpf_core_enum_value_exists(enum bpf_map_type___x, BPF_MAP_TYPE_NO_SUCH___x))
READ(asks_no_enum, bpf_core_enum_value_exists(enum no_such_enum, NO_SUCH_VALUE))

// Whole types. Clang knows the question since version 15: the test makes it of these.
READ(matches_list, bpf_core_type_exists(struct list_head___same))
READ(matches_list_other, bpf_core_type_exists(struct list_head___other))
READ(matches_list_few, bpf_core_type_exists(struct list_head___few))
READ(matches_list_more, bpf_core_type_exists(struct list_head___more))
READ(matches_int, bpf_core_type_exists(struct upid___int))
READ(matches_unsigned, bpf_core_type_exists(struct upid___unsigned))
READ(matches_nested, bpf_core_type_exists(struct mm_rss_stat___here))
READ(matches_pointer_other, bpf_core_type_exists(struct path___fwd))
READ(matches_union, bpf_core_type_exists(union sigval))
READ(matches_enum, bpf_core_type_exists(enum pid_type))
READ(matches_enum_few, bpf_core_type_exists(enum pid_type___few))
READ(matches_enum_other, bpf_core_type_exists(enum pid_type___other))
READ(matches_cap, bpf_core_type_exists(struct kernel_cap_struct))
READ(matches_cap_new, bpf_core_type_exists(struct kernel_cap_struct___new))
READ(matches_missing, bpf_core_type_exists(struct no_such_struct))
P int matches_guard(void *ctx)
{
	if (bpf_core_type_exists(struct kernel_cap_struct___new))
		return BPF_CORE_READ((struct task_struct___cred *)TASK, cred, cap_effective.val);
	return BPF_CORE_READ(TASK, cred, cap_effective.cap[1]);
}

// Enumerators.
READ(value_hash, bpf_core_enum_value(enum bpf_map_type___x, BPF_MAP_TYPE_HASH___x))
READ(value_arena, bpf_core_enum_value(enum bpf_map_type___x, BPF_MAP_TYPE_ARENA___x))
READ(value_user_ringbuf, bpf_core_enum_value(enum bpf_map_type___x, BPF_MAP_TYPE_USER_RINGBUF___x))
READ(value_bloom, bpf_core_enum_value(enum bpf_map_type___x, BPF_MAP_TYPE_BLOOM_FILTER___x))
READ(value_never, bpf_core_enum_value(enum bpf_map_type___x, BPF_MAP_TYPE_NO_SUCH___x))
READ(value_no_enum, bpf_core_enum_value(enum no_such_enum, NO_SUCH_VALUE))
READ(value_pid_type, bpf_core_enum_value(enum pid_type, PIDTYPE_TGID))
P int value_guarded(void *ctx)
{
	if (bpf_core_enum_value_exists(enum bpf_map_type___x, BPF_MAP_TYPE_ARENA___x))
		return bpf_core_enum_value(enum bpf_map_type___x, BPF_MAP_TYPE_ARENA___x);
	return bpf_core_enum_value(enum bpf_map_type___x, BPF_MAP_TYPE_HASH___x);
}
P int value_guarded_wrong(void *ctx)
{
	if (!bpf_core_enum_value_exists(enum bpf_map_type___x, BPF_MAP_TYPE_ARENA___x))
		return bpf_core_enum_value(enum bpf_map_type___x, BPF_MAP_TYPE_ARENA___x);
	return 0;
}

// Guards.
P int guard_if_else(void *ctx)
{
	struct task_struct___new *task = (void *)bpf_get_current_task();

	if (bpf_core_field_exists(task->__state))
		return BPF_CORE_READ(task, __state);
	return BPF_CORE_READ((struct task_struct___state *)task, state);
}
P int guard_early(void *ctx)
{
	struct task_struct___never *task = (void *)bpf_get_current_task();

	if (!bpf_core_field_exists(task->no_such_field))
		return 0;
	return BPF_CORE_READ(task, no_such_field) + BPF_CORE_READ(task, no_such_struct.a);
}
P int guard_of_another(void *ctx)
{
	struct task_struct___new *task = (void *)bpf_get_current_task();

	if (bpf_core_field_exists(task->__state))
		return BPF_CORE_READ((struct task_struct___cpu *)task, cpu);
	return 0;
}
P int guard_variable(void *ctx)
{
	struct task_struct___never *task = (void *)bpf_get_current_task();
	int has = bpf_core_field_exists(task->no_such_field);
	unsigned long long id = bpf_get_current_pid_tgid();

	bpf_get_prandom_u32();
	if (has)
		return BPF_CORE_READ(task, no_such_field);
	return id;
}
P int guard_and(void *ctx)
{
	struct task_struct___never *task = (void *)bpf_get_current_task();

	if (bpf_get_prandom_u32() > 3 && bpf_core_field_exists(task->no_such_field))
		return BPF_CORE_READ(task, no_such_field);
	return 0;
}
P int guard_or(void *ctx)
{
	struct task_struct___never *task = (void *)bpf_get_current_task();

	if (bpf_core_field_exists(task->no_such_field) || bpf_get_prandom_u32() > 3)
		return BPF_CORE_READ(task, no_such_field);
	return 0;
}
P int guard_both(void *ctx)
{
	struct mm_struct___rb *rb = ctx;
	struct mm_struct___mt *mt = ctx;

	if (bpf_core_field_exists(rb->mm_rb) && bpf_core_field_exists(mt->mm_mt))
		return BPF_CORE_READ((struct task_struct___never *)ctx, no_such_field);
	return 0;
}
P int guard_type(void *ctx)
{
	if (bpf_core_type_exists(struct folio))
		return BPF_CORE_READ((struct folio *)ctx, flags);
	return BPF_CORE_READ((struct page *)ctx, flags);
}
P int guard_type_missing(void *ctx)
{
	if (bpf_core_type_exists(struct no_such_struct))
		return BPF_CORE_READ((struct no_such_struct *)ctx, x);
	return 0;
}
P int guard_size(void *ctx)
{
	struct task_struct *task = TASK;

	if (bpf_core_field_size(task->comm) == 16)
		return BPF_CORE_READ(task, pid);
	return BPF_CORE_READ((struct task_struct___never *)task, no_such_field);
}
P int guard_size_unequal(void *ctx)
{
	if (bpf_core_type_size(struct upid) != 4)
		return 0;
	return BPF_CORE_READ((struct task_struct___never *)ctx, no_such_field);
}
P int guard_enum(void *ctx)
{
	if (bpf_core_enum_value_exists(enum bpf_map_type___x, BPF_MAP_TYPE_USER_RINGBUF___x))
		return BPF_CORE_READ((struct mm_struct___mt *)ctx, mm_mt.ma_flags);
	return BPF_CORE_READ((struct mm_struct___rb *)ctx, mm_rb.rb_node) != 0;
}
P int guard_enum_value(void *ctx)
{
	if (bpf_core_enum_value(enum bpf_map_type___x, BPF_MAP_TYPE_HASH___x) > 80)
		return BPF_CORE_READ((struct task_struct___never *)ctx, no_such_field);
	return 1;
}
P int guard_three(void *ctx)
{
	struct inode___old *old = ctx;
	struct inode___mid *mid = ctx;
	struct inode___new *new = ctx;

	if (bpf_core_field_exists(old->i_ctime))
		return BPF_CORE_READ(old, i_ctime.tv_sec);
	if (bpf_core_field_exists(mid->__i_ctime))
		return BPF_CORE_READ(mid, __i_ctime.tv_sec);
	return BPF_CORE_READ(new, i_ctime_sec);
}
P int guard_sum(void *ctx)
{
	struct inode___old *old = ctx;
	struct inode___new *new = ctx;
	int count = bpf_core_field_exists(old->i_ctime) + bpf_core_field_exists(new->i_ctime_sec);

	if (count == 0)
		return BPF_CORE_READ((struct inode___mid *)ctx, __i_ctime.tv_sec);
	return 0;
}
P int guard_in_loop(void *ctx)
{
	struct task_struct___never *task = (void *)bpf_get_current_task();
	int sum = 0;

	for (int i = 0; i < 20; i++) {
		sum += bpf_get_prandom_u32();
		if (bpf_core_field_exists(task->no_such_field))
			sum += BPF_CORE_READ(task, no_such_field);
	}
	return sum;
}
P int missing_after_loop(void *ctx)
{
	int sum = 0;

	for (int i = 0; i < 20; i++)
		sum += bpf_get_prandom_u32();
	return sum + BPF_CORE_READ((struct task_struct___never *)ctx, no_such_field);
}
P int missing_in_switch(void *ctx)
{
	switch (bpf_get_prandom_u32()) {
	case 1: return 4;
	case 2: return BPF_CORE_READ(TASK, pid);
	case 5: return BPF_CORE_READ((struct task_struct___never *)ctx, no_such_field);
	default: return 3;
	}
}
__hidden_noinline int read_state(void *task, int has_new)
{
	if (has_new)
		return BPF_CORE_READ((struct task_struct___new *)task, __state);
	return BPF_CORE_READ((struct task_struct___state *)task, state);
}
P int guard_by_argument(void *ctx)
{
	void *task = (void *)bpf_get_current_task();

	return read_state(task, bpf_core_field_exists(((struct task_struct___new *)task)->__state));
}
__hidden_noinline int has_new_layout(void)
{
	return bpf_core_field_exists(((struct module___mem *)0)->mem);
}
P int guard_by_function(void *ctx)
{
	if (has_new_layout())
		return BPF_CORE_READ((struct module___mem *)ctx, mem[1].size);
	return BPF_CORE_READ((struct module___layout *)ctx, core_layout.size);
}
__hidden_noinline int read_never(void *task)
{
	return BPF_CORE_READ((struct task_struct___never *)task, no_such_field);
}
P int missing_in_function(void *ctx)
{
	return bpf_get_prandom_u32() == 9 ? read_never(ctx) : 0;
}
P int guard_around_function(void *ctx)
{
	if (bpf_core_field_exists(((struct task_struct___never *)0)->no_such_field))
		return read_never(ctx);
	return 0;
}
P int missing_after_lookup(void *ctx)
{
	int key = 0;
	long *value = bpf_map_lookup_elem(&values, &key);

	if (!value)
		return 0;
	*value += 1;
	return BPF_CORE_READ((struct task_struct___never *)ctx, no_such_field);
}
P int missing_by_map_value(void *ctx)
{
	int key = 0;
	long *value = bpf_map_lookup_elem(&values, &key);

	if (value && *value == 77)
		return BPF_CORE_READ((struct task_struct___never *)ctx, no_such_field);
	return 0;
}
P int missing_by_global(void *ctx)
{
	if (counter > 4)
		return BPF_CORE_READ((struct task_struct___never *)ctx, no_such_field);
	return 0;
}
P int missing_by_pid(void *ctx)
{
	unsigned int pid = bpf_get_current_pid_tgid() >> 32;

	if (pid == 4321)
		return BPF_CORE_READ((struct task_struct___never *)ctx, no_such_field);
	return 0;
}
P int missing_by_value_read(void *ctx)
{
	if (BPF_CORE_READ(TASK, pid) == 12)
		return BPF_CORE_READ((struct task_struct___never *)ctx, no_such_field);
	return 0;
}
P int missing_by_failed_read(void *ctx)
{
	char text[16];

	if (bpf_probe_read_kernel_str(text, sizeof(text), ctx) < 0)
		return BPF_CORE_READ((struct task_struct___never *)ctx, no_such_field);
	return text[0];
}
P int missing_by_argument(struct bpf_raw_tracepoint_args *ctx)
{
	if (ctx->args[0])
		return BPF_CORE_READ((struct task_struct___never *)ctx->args[1], no_such_field);
	return 0;
}
P int dead_by_setting(void *ctx)
{
	if (setting)
		return BPF_CORE_READ((struct task_struct___never *)ctx, no_such_field);
	return 0;
}
P int alive_by_setting(void *ctx)
{
	if (other_setting)
		return BPF_CORE_READ((struct task_struct___never *)ctx, no_such_field);
	return 0;
}
P int guard_on_stack(void *ctx)
{
	volatile unsigned long long has = bpf_core_field_exists(((struct task_struct___never *)0)->no_such_field);

	bpf_get_prandom_u32();
	if (has)
		return BPF_CORE_READ((struct task_struct___never *)ctx, no_such_field);
	return 0;
}
P int guard_with_offset(void *ctx)
{
	if (bpf_core_field_exists(((struct task_struct___never *)0)->no_such_field))
		return bpf_core_field_offset(struct task_struct___never, no_such_field) + bpf_core_field_size(((struct task_struct___never *)0)->no_such_field);
	return 0;
}
P int guard_bitfield(void *ctx)
{
	struct task_struct___bits *task = (void *)bpf_get_current_task();

	if (bpf_core_field_exists(task->no_such_bit))
		return BPF_CORE_READ_BITFIELD_PROBED(task, no_such_bit);
	return BPF_CORE_READ_BITFIELD_PROBED(task, in_iowait);
}
