/**
 * The shape of every message beyond LSP: a method name with valibot schemas of what travels. Both ends
 * check what they receive; neither trusts the other's types.
 */
import * as v from 'valibot';

type Schema = v.GenericSchema<unknown, unknown>;

/** A request from client to server, with the schemas of its parameters and of its answer. */
export interface CustomRequest<Params extends Schema, Result extends Schema> {
  readonly method: `ebpf/${string}`;
  readonly params: Params;
  readonly result: Result;
}

/** A notification from server to client. */
export interface CustomNotification<Params extends Schema> {
  readonly method: `ebpf/${string}`;
  readonly params: Params;
}

/** The parameters of a request or notification, as a plain type. */
export type ParamsOf<M extends { readonly params: Schema }> = v.InferOutput<M['params']>;

/** The answer of a request, as a plain type. */
export type ResultOf<M extends { readonly result: Schema }> = v.InferOutput<M['result']>;

/** The value, where it has the shape; else what is wrong with it, in one sentence. */
export type Checked<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

/** Checks a value that came from another process. Never throws. */
export function check<S extends Schema>(schema: S, value: unknown): Checked<v.InferOutput<S>> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return { ok: true, value: result.output };
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  return { ok: false, message: path === null ? issue.message : `${path}: ${issue.message}` };
}
