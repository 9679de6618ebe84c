/** Targets of uprobes and USDT, from a machine's files. */
import { describe, expect, it } from 'vitest';
import { createMatcher } from '#core/text/fuzzy';
import type { BinaryStore, Names } from '#server/binaries/store';
import { binaryCursor, completeBinary } from '#server/features/completion/binary';
import { sectionCursorIn } from '#server/features/completion/section-cursor';
import { applyEdits } from '#support/edits';

const names = (...list: string[]): Names => ({ names: list, matcher: createMatcher(list) });

const store: BinaryStore = {
  entries: (folder) =>
    Promise.resolve(
      {
        '/': [{ name: 'usr', isFolder: true }],
        '/usr/bin/': [
          { name: 'bash', isFolder: false },
          { name: 'env', isFolder: false },
          { name: 'rbash', isFolder: false },
          { name: 'a:b', isFolder: false },
        ],
      }[folder] ?? [],
    ),
  binary: (path) =>
    Promise.resolve(
      /^(?:\/usr\/bin\/bash|libc\.so\.6)$/.test(path)
        ? { functions: names('add_history', 'main', 'readline'), usdt: names('libc:setjmp') }
        : undefined,
    ),
};

/** What the line becomes for each item, with the cursor's place in the source as `|`. */
async function completed(source: string): Promise<readonly string[] | undefined> {
  const offset = source.indexOf('|');
  const text = source.replace('|', '');
  const cursor = sectionCursorIn(text, offset);
  const list = cursor && (await completeBinary(store, cursor));
  return list?.items.map(({ replace, newText }) => applyEdits(text, [{ span: replace, newText }]));
}

describe('a target in user space', () => {
  it.each([
    ['SEC("uprobe/|")', ['SEC("uprobe//usr/")']],
    ['SEC("uprobe//usr/bin/bas|")', ['SEC("uprobe//usr/bin/bash:")', 'SEC("uprobe//usr/bin/rbash:")']],
    ['SEC("uprobe//usr/bin/bash:readl|', ['SEC("uprobe//usr/bin/bash:readline")']],
    ['SEC("?uretprobe.s//usr/bin/bash:mai|")', ['SEC("?uretprobe.s//usr/bin/bash:main")']],
    ['SEC("uprobe.multi/libc.so.6:hist|")', ['SEC("uprobe.multi/libc.so.6:add_history")']],
    ['SEC("usdt/libc.so.6:setj|")', ['SEC("usdt/libc.so.6:libc:setjmp")']],
    ['SEC("usdt/libc.so.6:libc:set|")', ['SEC("usdt/libc.so.6:libc:setjmp")']],
    ['SEC("uprobe//none:x|")', []],
    ['SEC("kprobe/do_|")', undefined],
    ['SEC("uprobe|")', undefined],
  ])('%s', async (source, expected) => {
    expect(await completed(source)).toEqual(expected);
  });

  it('opens again behind a folder and behind a file, and is asked with every letter', async () => {
    const cursor = sectionCursorIn('SEC("uprobe//usr/bin/', 21);
    const list = cursor && (await completeBinary(store, cursor));
    expect(list?.incomplete).toBe(true);
    expect(list?.items.map(({ reopen }) => reopen)).toEqual([true, true, true]);
  });

  it('has a path before its colon', () => {
    expect(binaryCursor('uprobe//usr/bin/bash')).toMatchObject({ path: '/usr/bin/bash', probe: undefined });
    expect(binaryCursor('usdt.s/libc:a:b')).toEqual({
      ...{ prefix: 'usdt.s/', wants: 'usdt', path: 'libc', probe: 'a:b' },
    });
  });
});
