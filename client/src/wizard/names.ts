/** The names of new programs: `chmod.bpf.c`, in a folder of the workspace. No IO. */

export const withExtension = (name: string): string => `${name.replace(/(?:\.bpf)?\.c$/, '')}.bpf.c`;

/** `chmod` of `src/chmod.bpf.c`. */
export const baseNameOf = (name: string): string =>
  (/[^\\/]*$/.exec(withExtension(name))?.[0] ?? '').replace(/\.bpf\.c$/, '');

/** What is wrong with the name of a file below a folder, in one sentence. */
export function nameProblem(name: string): string | undefined {
  if (baseNameOf(name) === '') return 'A name is needed.';
  const leads = /^(?:[\\/]|[A-Za-z]:)/.test(name) || name.split(/[\\/]/).includes('..');
  return leads ? 'A name below the folder, please.' : undefined;
}
