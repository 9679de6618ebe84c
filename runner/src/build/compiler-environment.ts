/** What the compiler finds in its environment besides ours. */

/**
 * The compiler's words are English, and glibc (from 2.35, on Linux) asks for its memory in huge pages: reading the whole
 * vmlinux.h then takes a quarter less processor time. What the user tells glibc comes later, and wins.
 */
export function compilerEnvironment({ GLIBC_TUNABLES: own }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const hugePages = 'glibc.malloc.hugetlb=1';
  return { LC_ALL: 'C', GLIBC_TUNABLES: own === undefined ? hugePages : `${hugePages}:${own}` };
}
