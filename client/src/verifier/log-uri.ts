/** The address of a verified program's log as a document. */
import * as vscode from 'vscode';
import * as v from 'valibot';
import { logScheme } from './log-ids';
import type { VerifiedProgram, VerifierLogs } from './verifier-logs';

const Key = v.object({ source: v.string(), host: v.string(), program: v.string() });
/** Names a log: also the argument of commands. */
export type LogKey = v.InferOutput<typeof Key>;

/** A log, and where in it. */
export const LogPlace = v.object({ ...Key.entries, logLine: v.exactOptional(v.number()) });
export type LogPlace = v.InferOutput<typeof LogPlace>;

export function keyOf({ source, host, program }: VerifiedProgram): LogKey {
  return { source: source.toString(), host, program };
}

export function logUri({ source, host, program }: LogKey): vscode.Uri {
  // The path is what tabs show.
  const path = `/${program} on ${host.replaceAll('/', '_')}.verifier.log`;
  return vscode.Uri.from({ scheme: logScheme, path, query: JSON.stringify({ source, host, program }) });
}

/** Undefined for other documents, and where the file was verified anew without this program. */
export function verifiedProgram(logs: VerifierLogs, key: LogKey | vscode.Uri): VerifiedProgram | undefined {
  const wanted = key instanceof vscode.Uri ? keyIn(key) : key;
  if (wanted === undefined) return undefined;
  const { source, host, program } = wanted;
  return logs
    .of(vscode.Uri.parse(source))
    .find((verified) => verified.host === host && verified.program === program);
}

/** The file that a log document is about. */
export function sourceOf(uri: vscode.Uri): string | undefined {
  return keyIn(uri)?.source;
}

function keyIn({ scheme, query }: vscode.Uri): LogKey | undefined {
  if (scheme !== logScheme) return undefined;
  const key = v.safeParse(v.pipe(v.string(), v.parseJson(), Key), query);
  return key.success ? key.output : undefined;
}
