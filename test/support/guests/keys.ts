/** Keys for one guest or one server. They are made anew each time: a host key that changed is a case to be tested. */
import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun } from '#support/process';

export interface KeyFile {
  /** The file of the private key. */
  readonly file: string;
  /** The public key as a line of text: `ssh-ed25519 AAAA… name`. */
  readonly line: string;
}

/** OpenSSH's form: for clients, and for OpenSSH's server. */
export async function createKeyFile(folder: string, name: string): Promise<KeyFile> {
  const file = join(folder, name);
  await mustRun('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file]);
  return { file, line: (await readFile(`${file}.pub`, 'utf8')).trim() };
}

export interface DropbearKey {
  /** The content of the file that `dropbear -r` reads. */
  readonly file: Buffer;
  /** The public key as a line of text: `ssh-ed25519 AAAA…`. */
  readonly line: string;
}

const algorithm = 'ssh-ed25519';

/** A host key in dropbear's own form (ed25519.c, buf_put_ed25519_priv_key), which only its own tools write. */
export function createDropbearKey(): DropbearKey {
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const [seed, point] = [Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')];
  const file = Buffer.concat([sshString(algorithm), sshString(Buffer.concat([seed, point]))]);
  const blob = Buffer.concat([sshString(algorithm), sshString(point)]);
  return { file, line: `${algorithm} ${blob.toString('base64')}` };
}

/** RFC 4251, section 5: a length of four bytes, then that many. */
function sshString(content: Buffer | string): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
