/** A helper without arguments is called before the lock is taken, as nothing can be called under it. */
import { callAt } from './calls';
import { freeName } from './declared';
import { linesBefore } from './layout';
import type { VerdictFix } from './model';
import { heldAt } from './pairs';
import { ancestors } from './statements';

/** What these return, as a declaration names it. */
const results: Readonly<Record<string, readonly [type: string, ...names: string[]]>> = {
  bpf_ktime_get_ns: ['__u64', 'now', 'time_ns'],
  bpf_ktime_get_boot_ns: ['__u64', 'now', 'time_ns'],
  bpf_ktime_get_coarse_ns: ['__u64', 'now', 'time_ns'],
  bpf_ktime_get_tai_ns: ['__u64', 'now', 'time_ns'],
  bpf_get_prandom_u32: ['__u32', 'random', 'number'],
  bpf_get_smp_processor_id: ['__u32', 'cpu', 'processor'],
  bpf_get_current_pid_tgid: ['__u64', 'pid_tgid', 'id'],
  bpf_get_current_uid_gid: ['__u64', 'uid_gid', 'user'],
  bpf_get_current_cgroup_id: ['__u64', 'cgroup_id', 'cgroup'],
};

export const callBeforeLock: VerdictFix = {
  rules: ['lock-held-call'],
  fix({ text, stop }) {
    const call = callAt(text, stop.statement.tokens, stop.offset);
    const [type, ...names] = results[call?.name ?? ''] ?? [];
    const name = freeName(stop, ...names);
    const [lock, ...others] =
      heldAt(text, stop.statement)?.filter((one) => one.call === 'bpf_spin_lock') ?? [];
    if (!call || type === undefined || name === undefined || !lock || others.length > 0) return undefined;
    if (![...ancestors(stop.statement)].some(({ parent }) => parent === lock.statement.parent))
      return undefined;
    const own = text.slice(call.span.start, call.span.end);
    const edits = linesBefore(text, lock.statement, [`${type} ${name} = ${own};`, '']);
    return (
      edits && {
        title: `Call \`${call.name}()\` before the lock is taken`,
        edits: [...edits, { span: call.span, newText: name }],
        preferred: true,
      }
    );
  },
};
