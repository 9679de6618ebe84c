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
