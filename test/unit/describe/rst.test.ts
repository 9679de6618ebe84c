import { describe, expect, it } from 'vitest';
import { HELPER_DOCS } from '#core/bpf/helper-docs.generated';
import { HELPER_ROWS } from '#core/bpf/helpers.generated';
import { describeHelper, helperText, parameterText } from '#server/describe/helper';
import { markdownOf } from '#server/describe/rst';
import { helperNamed } from '#server/helpers/helpers';
import { bundledView } from '#support/bundled';

const markdown = (rst: string, ...names: string[]) => markdownOf(rst, new Set(names));
const helper = (name: string) => {
  const found = helperNamed(name);
  if (found === undefined) throw new Error(`no helper ${name}`);
  return found;
};

describe('reStructuredText as Markdown', () => {
  it.each([
    ['C in bold', 'of type **BPF_MAP_TYPE_ARRAY**.', 'of type `BPF_MAP_TYPE_ARRAY`.'],
    ['a parameter', 'copy *size* bytes', 'copy `size` bytes'],
    ['an emphasised word', 'It is *not* an offset', 'It is *not* an offset'],
    ['literal text', 'In ``.N..``, each', 'In `.N..`, each'],
    ['a call', 'call **bpf_loop**\\ () twice', 'call `bpf_loop()` twice'],
    ['a call with arguments', 'see **bpf_spin_unlock**\\ (\\ *lock*\\ ).', 'see `bpf_spin_unlock(lock)`.'],
    ['a member', 'under *skops*\\ **->op**.', 'under `skops->op`.'],
    ['a plural', 'the *level*\\ s:', 'the `level`s:'],
    ['words over a line', 'the **struct\nbpf_sock** *sk*', 'the `struct bpf_sock` `sk`'],
    ['an escaped star', 'long (\\*fn)(void)', 'long (\\*fn)(void)'],
    ['a tag that is none', 'print <msg>', 'print \\<msg>'],
    ['no quotation', '> 0 when found', '\\> 0 when found'],
  ])('writes %s', (_, rst, expected) => {
    expect(markdown(rst, 'size', 'level', 'sk')).toBe(expected);
  });

  it('writes lists, definitions and literal blocks', () => {
    const rst = [
      'One of:',
      '',
      '* first, which',
      '  goes on',
      '* second',
      '',
      'And:',
      '',
      '**BPF_ANY**',
      '\tNo condition.',
      '**BPF_EXIST**',
      '\tIt must exist.',
      '',
      'Such as:',
      '',
      '::',
      '',
      '\tint x = *p;',
      '',
      'The end.',
    ].join('\n');
    expect(markdown(rst)).toBe(
      [
        'One of:',
        '',
        '- first, which goes on',
        '- second',
        '',
        'And:',
        '',
        '- `BPF_ANY`: No condition.',
        '- `BPF_EXIST`: It must exist.',
        '',
        'Such as:',
        '',
        '```c',
        'int x = *p;',
        '```',
        '',
        'The end.',
      ].join('\n'),
    );
  });
});

describe('the documentation of helpers', () => {
  it('is there for every helper, with balanced code', () => {
    for (const [, name] of HELPER_ROWS) {
      const text = helperText(helper(name), HELPER_DOCS.get(name));
      expect(text, name).toMatch(/\S/);
      const prose = text.replace(/^```c\n[^]*?^```$/gm, '');
      expect(prose.split('`').length % 2, `${name}: ${prose}`).toBe(1);
      expect(prose, name).not.toMatch(/\\ |``|^\s*::/m);
    }
  });

  it('names the parameters that the prototype has', () => {
    for (const [, name, prototype] of HELPER_ROWS) {
      const { parameters } = helper(name);
      const written = parameters.map(({ start, end }) => prototype.slice(start, end));
      expect(`(${written.join(', ') || 'void'})`).toBe(prototype.slice(prototype.indexOf('(')));
      expect(
        parameters.every((one, n) => prototype.slice(0, one.end).endsWith(one.name || '...') && n < 6),
      ).toBe(true);
    }
  });

  it('finds what is said of a parameter', () => {
    const text = parameterText(
      helper('bpf_probe_read_user_str'),
      'size',
      HELPER_DOCS.get('bpf_probe_read_user_str'),
    );
    expect(text).toContain('should include the terminating NUL byte');
    expect(text).not.toContain('tracing programs');
  });

  it('says that a kernel does not have a helper', async () => {
    const [old, young] = await Promise.all([
      bundledView('5.10-debian-amd64'),
      bundledView('6.1-debian-amd64'),
    ]);
    // bpf_loop came with 5.17.
    expect(describeHelper(old.index, helper('bpf_loop'), undefined)).toContain(
      'does not have `bpf_loop`: 5.10',
    );
    expect(describeHelper(young.index, helper('bpf_loop'), undefined)).not.toContain('does not have');
    expect(describeHelper(old.index, helper('bpf_map_lookup_elem'), undefined)).not.toContain(
      'does not have',
    );
  });
});
