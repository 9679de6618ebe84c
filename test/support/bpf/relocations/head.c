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

