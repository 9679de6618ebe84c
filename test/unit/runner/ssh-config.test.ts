import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sshConfigHosts } from '#runner/hosts/ssh-config';

function config(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'ebpf-ssh-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return join(folder, 'config');
}

test('names hosts once, in order, and no patterns', async () => {
  const path = config({
    config: [
      '# Host commented',
      'Host alpha beta # Host gamma',
      '  HostName 10.0.0.1',
      'host=delta',
      'HOST "with quotes" *.example !not one?',
      'Match host other',
      'Host alpha',
    ].join('\n'),
  });
  expect(await sshConfigHosts(path)).toEqual(['alpha', 'beta', 'delta', 'with quotes']);
});

test('follows Include, with wildcards, relative to the folder of the configuration', async () => {
  const path = config({
    config: 'Include conf.d/*.conf\r\nInclude missing\nHost last\n',
    'conf.d/b.conf': 'Host b\n',
    'conf.d/a.conf': 'Host a\nInclude more/c\n',
    'conf.d/.hidden.conf': 'Host hidden\n',
    'conf.d/ignored.txt': 'Host ignored\n',
    'more/c': 'Host c\n',
  });
  expect(await sshConfigHosts(path)).toEqual(['a', 'c', 'b', 'last']);
});

test('ends where files include each other, and where there is none', async () => {
  expect(await sshConfigHosts(config({ config: 'Include config\nHost alpha\n' }))).toEqual(['alpha']);
  expect(await sshConfigHosts('/nonexistent/config')).toEqual([]);
});
