#include "vmlinux.h"
#include "reject.h"

extern struct task_struct *bpf_task_from_pid(__s32 pid) __ksym;
extern void bpf_task_release(struct task_struct *task) __ksym;

//- since: 6.2, bpf_task_from_pid()
SEC("tp_btf/task_newtask")
int no_kernel_pointer_there(__u64 *ctx)
{
	__u32 key = 0;
	struct value *value = bpf_map_lookup_elem(&counts, &key);
	struct task_struct *mine = bpf_task_from_pid(1), *old;

	if (!mine)
		return 0;
	if (!value) {
		bpf_task_release(mine);
		return 0;
	}
	old = bpf_kptr_xchg(&value->last, mine);
	//    ^^^^^^^^^^^^^ error[kptr-missing]
	if (old)
		bpf_task_release(old);
	return 0;
}

//- since: 5.19, bpf_dynptr_read()
SEC("tp/syscalls/sys_enter_close")
int no_dynptr(void *ctx)
{
	struct bpf_dynptr dynptr;
	__u64 data = 0;

	bpf_dynptr_read(&data, sizeof(data), &dynptr, 0, 0);
	// ^^^^^^^^^^^^ error[dynptr-argument]
	return 0;
}

//- since: 5.19, bpf_ringbuf_reserve_dynptr()
//- in 6.1: dynptr-argument
SEC("tp/syscalls/sys_enter_close")
int dynptr_made_twice(void *ctx)
{
	struct bpf_dynptr dynptr;

	bpf_ringbuf_reserve_dynptr(&events, 16, 0, &dynptr);
	bpf_ringbuf_reserve_dynptr(&events, 16, 0, &dynptr);
	// ^^^^^^^^^^^^^^^^^^^^^^^ error[dynptr-overwritten]
	bpf_ringbuf_discard_dynptr(&dynptr, 0);
	return 0;
}

//- since: 6.12, older kernels notice when it is used
SEC("tp/syscalls/sys_enter_close")
int dynptr_overwritten(void *ctx)
{
	struct bpf_dynptr dynptr;

	bpf_ringbuf_reserve_dynptr(&events, 16, 0, &dynptr);
	*(volatile __u64 *)&dynptr = 0;
	// ^^^^^^^^^^^^^^^^^^^^^^^ error[dynptr-overwritten]
	bpf_ringbuf_discard_dynptr(&dynptr, 0);
	return 0;
}

//- since: 5.19, bpf_ringbuf_reserve_dynptr()
SEC("tp/syscalls/sys_enter_close")
int dynptr_forgotten(void *ctx)
{
	struct bpf_dynptr dynptr;

	bpf_ringbuf_reserve_dynptr(&events, 16, 0, &dynptr);
	// ^^^^^^^^^^^^^^^^^^^^^^^ cause[ringbuf-leak]
	return 0;
	// ^^^^^ error[ringbuf-leak]
}

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;

//- since: 6.4, bpf_iter_num_next()
SEC("tp/syscalls/sys_enter_close")
int iterator_not_begun(void *ctx)
{
	struct bpf_iter_num it;

	bpf_iter_num_next(&it);
	// ^^^^^^^^^^^^^^ error[iterator-argument]
	return 0;
}

//- since: 6.4, bpf_iter_num_new()
SEC("tp/syscalls/sys_enter_close")
int iterator_not_ended(void *ctx)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, 0, 10);
	// ^^^^^^^^^^^^^ cause[reference-leak]
	return 0;
	// ^^^^^ error[reference-leak]
}

//- since: 6.4, bpf_iter_num_new()
SEC("tp/syscalls/sys_enter_close")
int iterator_begun_twice(void *ctx)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, 0, 10);
	bpf_iter_num_new(&it, 0, 10);
	// ^^^^^^^^^^^^^ error[iterator-argument]
	bpf_iter_num_destroy(&it);
	return 0;
}

//- since: 6.4, bpf_iter_num_new()
SEC("tp/syscalls/sys_enter_close")
int iterator_elsewhere(void *ctx)
{
	__u32 key = 1;
	struct value *value = bpf_map_lookup_elem(&counts, &key);

	if (!value)
		return 0;
	bpf_iter_num_new((void *)value, 0, 10);
	// ^^^^^^^^^^^^^ error[iterator-argument]
	return 0;
}

struct timed {
	struct bpf_timer timer;
	__u64 other;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct timed);
} timers SEC(".maps");

//- since: 5.15, bpf_timer_init()
SEC("tc")
int no_timer_there(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct timed *value = bpf_map_lookup_elem(&timers, &key);

	if (!value)
		return 0;
	bpf_timer_init((void *)&value->other, &timers, 1);
	// ^^^^^^^^^^^ error[lock-object]
	return 0;
}

//- since: 5.15, bpf_timer_init()
SEC("tc")
int timer_of_another_map(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct timed *value = bpf_map_lookup_elem(&timers, &key);

	if (!value)
		return 0;
	bpf_timer_init(&value->timer, &counts, 1);
	// ^^^^^^^^^^^ error[map-inner-mismatch]
	return 0;
}

//- since: 5.15, bpf_timer_cancel()
SEC("tp/syscalls/sys_enter_close")
int timer_in_a_tracepoint(void *ctx)
//  ^^^^^^^^^^^^^^^^^^^^^ error[map-special-field-program]
{
	__u32 key = 0;
	struct timed *value = bpf_map_lookup_elem(&timers, &key);

	if (!value)
		return 0;
	return bpf_timer_cancel(&value->timer);
}

struct item {
	struct bpf_list_node link;
	__u64 number;
};

struct list {
	struct bpf_spin_lock lock;
	struct bpf_list_head head __attribute__((btf_decl_tag("contains:item:link")));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct list);
} lists SEC(".maps");

extern void *bpf_obj_new_impl(__u64 type, void *meta) __ksym;
extern void bpf_obj_drop_impl(void *object, void *meta) __ksym;
extern int bpf_list_push_front_impl(struct bpf_list_head *head, struct bpf_list_node *node, void *meta,
				    __u64 offset) __ksym;

//- since: 6.2, bpf_obj_new()
SEC("tc")
int object_forgotten(struct __sk_buff *skb)
{
	struct item *node = bpf_obj_new_impl(bpf_core_type_id_local(struct item), NULL);
	//                  ^^^^^^^^^^^^^^^^ cause[reference-leak]
	if (!node)
		return 0;
	node->number = 1;
	return 0;
}
// ^ error[reference-leak]

//- since: 6.2, bpf_obj_new()
SEC("tc")
int object_of_no_struct(struct __sk_buff *skb)
{
	void *number = bpf_obj_new_impl(bpf_core_type_id_local(__u64), NULL);
	//             ^^^^^^^^^^^^^^^^ error[object-allocation]
	if (number)
		bpf_obj_drop_impl(number, NULL);
	return 0;
}

//- since: 6.2, bpf_obj_new()
SEC("tc")
int list_without_its_lock(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct list *list = bpf_map_lookup_elem(&lists, &key);
	struct item *node;

	if (!list)
		return 0;
	node = bpf_obj_new_impl(bpf_core_type_id_local(struct item), NULL);
	if (!node)
		return 0;
	bpf_list_push_front_impl(&list->head, &node->link, NULL, 0);
	// ^^^^^^^^^^^^^^^^^^^^^ error[lock-graph]
	return 0;
}

//- since: 6.2, bpf_obj_new()
SEC("tc")
int not_the_head_of_a_list(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct list *list = bpf_map_lookup_elem(&lists, &key);
	struct item *node;

	if (!list)
		return 0;
	node = bpf_obj_new_impl(bpf_core_type_id_local(struct item), NULL);
	if (!node)
		return 0;
	bpf_spin_lock(&list->lock);
	bpf_list_push_front_impl((void *)list, &node->link, NULL, 0);
	// ^^^^^^^^^^^^^^^^^^^^^ error[graph-argument]
	bpf_spin_unlock(&list->lock);
	return 0;
}
