import { describe, expect, it } from 'vitest';
import { parseSettings } from '#core/settings/settings';

const defaults = {
  kernel: { kind: 'auto' },
  alsoCheck: [],
  cacheDir: '',
  besideClangd: 'auto',
  inlayHints: { enabled: true },
};

describe('parseSettings', () => {
  it.each([undefined, null, {}, [], 'x', { kernel: null }])('gives the defaults for %j', (value) => {
    expect(parseSettings(value)).toEqual({ value: defaults, problems: [] });
  });

  it('takes what is right', () => {
    const value = {
      kernel: { kind: 'bundled', id: '6.1-debian-amd64' },
      alsoCheck: [{ kind: 'snapshot', path: '/k/5.10.ebpfkernel' }],
      cacheDir: '/c',
      besideClangd: 'on',
      inlayHints: { enabled: false },
    };
    expect(parseSettings(value)).toEqual({ value, problems: [] });
  });

  it('loses only the key that is wrong, and says where', () => {
    const { value, problems } = parseSettings({
      kernel: { kind: 'directory' },
      cacheDir: '/c',
      alsoCheck: [1],
    });
    expect(value).toEqual({ ...defaults, cacheDir: '/c' });
    expect(problems.map(({ where }) => where)).toEqual(['kernel.path', 'alsoCheck.0']);
  });

  it('ignores keys that it does not know', () => {
    expect(parseSettings({ trace: { server: 'messages' } })).toEqual({ value: defaults, problems: [] });
  });
});
