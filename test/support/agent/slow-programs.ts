/** Programs that the verifier takes its time for: each goes through 840,000 of the million instructions that it allows. */

/** C that `objectOf` takes; the programs are called `<name>_0` and so on. Each takes a fifth of a second or more. */
export function slowPrograms(name: string, count: number): string {
  const one = (n: number): string => `
SEC("tp/syscalls/sys_enter_getpriority") int ${name}_${n}(void *ctx) {
  __u64 sum = 0;
  for (int i = 0; i < 120000; i++) { asm volatile("%0 += %1" : "+r"(sum) : "r"(i)); }
  return sum;
}`;
  return Array.from({ length: count }, (_, n) => one(n)).join('');
}
