/**
 * What clangd needs to understand BPF programs: a fragment of `.clangd` that holds for them alone, with the flags that
 * they are built with here. https://clangd.llvm.org/config
 */
import { clangArguments } from './clang';
import type { BuildRequest } from './clang';

const begin = '# eBPF Workbench: begin. Written by its setup of clangd; the other fragments are yours.';
const end = '# eBPF Workbench: end';

/** With the fragment put at the end, or in the place of the one that is there; all else stays as it is. */
export async function setUpClangd(
  config: string,
  request: Pick<BuildRequest, 'options' | 'machine' | 'header'>,
): Promise<string> {
  const fragment = [
    begin,
    'If:',
    String.raw`  PathMatch: .*\.bpf\.[ch]`,
    'CompileFlags:',
    '  Add:',
    ...(await clangArguments(request)).map((flag) => `    - ${JSON.stringify(flag)}`),
    end,
  ].join('\n');
  const start = config.indexOf(begin);
  const stop = config.indexOf(end, start);
  if (start >= 0 && stop >= 0) return config.slice(0, start) + fragment + config.slice(stop + end.length);
  const others = config.trimEnd();
  return others === '' ? `${fragment}\n` : `${others}\n---\n${fragment}\n`;
}
