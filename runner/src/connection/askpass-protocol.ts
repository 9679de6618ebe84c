/** Between ssh's SSH_ASKPASS program and us: one JSON line each way over a socket that only we know. */
import * as v from 'valibot';

/** Environment of the askpass program. */
export const askpassVariables = {
  socket: 'EBPF_WORKBENCH_ASKPASS_SOCKET',
  token: 'EBPF_WORKBENCH_ASKPASS_TOKEN',
  node: 'EBPF_WORKBENCH_NODE',
} as const;

export const AskpassQuestion = v.object({
  token: v.string(),
  prompt: v.pipe(v.string(), v.maxLength(10_000)),
  hint: v.exactOptional(v.string()),
});
export type AskpassQuestion = v.InferOutput<typeof AskpassQuestion>;

/** Null: declined. */
export const AskpassAnswer = v.object({ answer: v.nullable(v.string()) });
export type AskpassAnswer = v.InferOutput<typeof AskpassAnswer>;

export const maxAskpassLine = 65_536;

/** An abstract name begins with NUL, which an environment cannot hold: `@` stands for it, as in ss and systemd. */
export function socketPath(name: string): string {
  return name.startsWith('@') ? `\0${name.slice(1)}` : name;
}
