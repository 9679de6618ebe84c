import { expect, test } from 'vitest';
import { compilerEnvironment } from '#runner/build/compiler-environment';

test('the words are English, and the memory comes in huge pages', () => {
  expect(compilerEnvironment({ PATH: '/bin' })).toEqual({
    LC_ALL: 'C',
    GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
  });
});

test('what the user tells glibc wins', () => {
  const { GLIBC_TUNABLES } = compilerEnvironment({ GLIBC_TUNABLES: 'glibc.malloc.hugetlb=0' });
  expect(GLIBC_TUNABLES).toBe('glibc.malloc.hugetlb=1:glibc.malloc.hugetlb=0');
});
