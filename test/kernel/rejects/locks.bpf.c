#include "vmlinux.h"
#include "reject.h"

struct locked {
	__u64 count;
	struct bpf_spin_lock lock;
	__u32 other;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct locked);
} guarded SEC(".maps");

static __always_inline struct locked *entry(__u32 key)
{
	return bpf_map_lookup_elem(&guarded, &key);
}

SEC("tc")
int not_released(struct __sk_buff *skb)
{
	struct locked *value = entry(0);

	if (!value)
		return 0;
	bpf_spin_lock(&value->lock);
	value->count++;
	return 0;
}
// ^ error[lock-not-released]

SEC("tc")
int helper_under_a_lock(struct __sk_buff *skb)
{
	struct locked *value = entry(0);

	if (!value)
		return 0;
	bpf_spin_lock(&value->lock);
	value->count = bpf_ktime_get_ns();
	//             ^^^^^^^^^^^^^^^^ error[lock-held-call]
	bpf_spin_unlock(&value->lock);
	return 0;
}

SEC("tc")
int two_locks(struct __sk_buff *skb)
{
	struct locked *one = entry(0), *two = entry(1);

	if (!one || !two)
		return 0;
	bpf_spin_lock(&one->lock);
	bpf_spin_lock(&two->lock);
	// ^^^^^^^^^^ error[lock-nested]
	bpf_spin_unlock(&two->lock);
	bpf_spin_unlock(&one->lock);
	return 0;
}

SEC("tc")
int unlocked_without_locking(struct __sk_buff *skb)
{
	struct locked *value = entry(0);

	if (!value)
		return 0;
	bpf_spin_unlock(&value->lock);
	// ^^^^^^^^^^^^ error[unlock-without-lock]
	return 0;
}

SEC("tc")
int another_lock_is_released(struct __sk_buff *skb)
{
	struct locked *one = entry(0), *two = entry(1);

	if (!one || !two)
		return 0;
	bpf_spin_lock(&one->lock);
	bpf_spin_unlock(&two->lock);
	// ^^^^^^^^^^^^ error[unlock-without-lock]
	return 0;
}

SEC("tc")
int not_the_lock(struct __sk_buff *skb)
{
	struct locked *value = entry(0);

	if (!value)
		return 0;
	bpf_spin_lock((struct bpf_spin_lock *)&value->other);
	// ^^^^^^^^^^ error[lock-object]
	bpf_spin_unlock((struct bpf_spin_lock *)&value->other);
	return 0;
}

SEC("tc")
int map_without_a_lock(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct value *value = bpf_map_lookup_elem(&counts, &key);

	if (!value)
		return 0;
	bpf_spin_lock((void *)value);
	// ^^^^^^^^^^ error[lock-object]
	bpf_spin_unlock((void *)value);
	return 0;
}

SEC("tc")
int the_lock_as_data(struct __sk_buff *skb)
{
	struct locked *value = entry(0);

	if (!value)
		return 0;
	return *(volatile __u32 *)&value->lock;
	//     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[special-field-access]
}

SEC("tp/syscalls/sys_enter_close")
int lock_in_a_tracepoint(void *ctx)
//  ^^^^^^^^^^^^^^^^^^^^ error[map-special-field-program]
{
	struct locked *value = entry(0);

	if (!value)
		return 0;
	value->count = 1;
	return 0;
}

extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
extern void bpf_preempt_disable(void) __ksym;
extern void bpf_preempt_enable(void) __ksym;
extern void bpf_local_irq_save(unsigned long *flags) __ksym;
extern void bpf_local_irq_restore(unsigned long *flags) __ksym;

//- since: 6.2, bpf_rcu_read_lock()
SEC("tc")
int rcu_not_left(struct __sk_buff *skb)
{
	bpf_rcu_read_lock();
	return 0;
	// ^^^^^ error[rcu-not-released]
}

//- since: 6.2, bpf_rcu_read_lock()
SEC("tc")
int rcu_left_twice(struct __sk_buff *skb)
{
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	bpf_rcu_read_unlock();
	// ^^^^^^^^^^^^^^^^ error[rcu-nesting]
	return 0;
}

//- since: 6.2, bpf_rcu_read_lock()
SEC("uprobe.s")
int sleeps_under_rcu(void *ctx)
{
	char byte;

	bpf_rcu_read_lock();
	bpf_copy_from_user(&byte, 1, NULL);
	// ^^^^^^^^^^^^^^^ error[sleep-in-region]
	bpf_rcu_read_unlock();
	return 0;
}

//- since: 6.10, bpf_preempt_disable()
SEC("tc")
int preemption_stays_off(struct __sk_buff *skb)
{
	bpf_preempt_disable();
	return 0;
	// ^^^^^ error[preempt-not-enabled]
}

//- since: 6.10, bpf_preempt_enable()
SEC("tc")
int preemption_enabled_twice(struct __sk_buff *skb)
{
	bpf_preempt_enable();
	// ^^^^^^^^^^^^^^^ error[rcu-nesting]
	return 0;
}

//- since: 6.14, bpf_local_irq_save()
SEC("tc")
int interrupts_stay_off(struct __sk_buff *skb)
{
	unsigned long flags;

	bpf_local_irq_save(&flags);
	return 0;
	// ^^^^^ error[irq-not-restored]
}

//- since: 6.14, bpf_local_irq_restore()
SEC("tc")
int interrupts_restored_from_nothing(struct __sk_buff *skb)
{
	unsigned long flags = 0;

	keep(flags);
	bpf_local_irq_restore(&flags);
	// ^^^^^^^^^^^^^^^^^^ error[irq-flag]
	return 0;
}

//- since: 6.14, bpf_local_irq_save()
SEC("tc")
int interrupts_restored_out_of_order(struct __sk_buff *skb)
{
	unsigned long outer, inner;

	bpf_local_irq_save(&outer);
	bpf_local_irq_save(&inner);
	bpf_local_irq_restore(&outer);
	// ^^^^^^^^^^^^^^^^^^ error[irq-flag]
	bpf_local_irq_restore(&inner);
	return 0;
}

__noinline int global_function(int n)
{
	return n + 1;
}

SEC("tc")
int global_function_under_a_lock(struct __sk_buff *skb)
{
	struct locked *value = entry(0);

	if (!value)
		return 0;
	bpf_spin_lock(&value->lock);
	value->count = global_function(value->other);
	//             ^^^^^^^^^^^^^^^ error[lock-held-call]
	bpf_spin_unlock(&value->lock);
	return 0;
}
