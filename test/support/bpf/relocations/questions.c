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

