/** A program compiled to be judged, not run. What does not compile has no object, and whose business that is says so. */
import { compile } from './clang';
import type { BuildRequest } from './clang';
import type { HeaderFolder } from './header-cache';
import { stripDebug } from './strip';
import { findProgram } from './tool';

export interface BackgroundBuild extends Omit<BuildRequest, 'header'> {
  /** A vmlinux.h of the target: asked for where the project has none. */
  readonly header: () => Promise<HeaderFolder | undefined>;
}

/** Undefined without clang, and for what clang does not compile. Rejects where it was aborted. */
export async function compileInBackground({
  header,
  ...request
}: BackgroundBuild): Promise<Uint8Array | undefined> {
  if ((await findProgram(request.options.clang ?? 'clang')) === undefined) return undefined;
  const first = await compile(request);
  const missing = first.kind === 'needs-header' ? await header() : undefined;
  const result = missing ? await compile({ ...request, header: missing }) : first;
  return result.kind === 'built' ? stripDebug(result.object) : undefined;
}
