// Builds the agent (agent/, C, libbpf) into dist/agent: a static program for each machine that a compiler is installed
// for, the sources, for hosts of other machines, and a manifest. Part of `npm run build`.
//
//   node scripts/build-agent.mjs
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { arm64Compiler, arm64Sysroot } from './arm64-sysroot.mjs';

const run = promisify(execFile);
const pack = promisify(gzip);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sourceDir = join(root, 'agent');
const cache = join(root, '.cache', 'agent');

const flags = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror', '-static', '-s'];
/** Newer libelf needs zstd, too. */
const libraries = [
  ['-lbpf', '-lelf', '-lz', '-lpthread'],
  ['-lbpf', '-lelf', '-lz', '-lzstd', '-lpthread'],
];

/** By `uname -m`: how to compile for it here. `needs` are Debian packages. */
const machines = {
  x86_64: {
    on: ['x64'],
    compiler: 'cc',
    arguments: () => [],
    needs: 'gcc libbpf-dev libelf-dev zlib1g-dev',
  },
  aarch64: {
    on: ['x64', 'arm64'],
    compiler: process.arch === 'arm64' ? 'cc' : arm64Compiler,
    arguments: () => (process.arch === 'arm64' ? [] : arm64Sysroot()),
    needs: 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross',
  },
};

/** Fills `out`, which is empty or not there. A machine that cannot be compiled for costs a line, not the build. */
export async function buildAgents(out) {
  const names = (await readdir(sourceDir)).filter((name) => /\.[ch]$/.test(name)).sort();
  await checkVersion();
  await mkdir(join(out, 'src'), { recursive: true });
  for (const name of names) await copyFile(join(sourceDir, name), join(out, 'src', name));
  const agents = {};
  for (const machine of Object.keys(machines)) {
    try {
      const built = await cachedAgent(machine, names);
      const file = `${machine}/ebpf-agent`;
      await mkdir(join(out, machine), { recursive: true });
      await copyFile(built, join(out, file));
      const bytes = await readFile(built);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      // As it is sent: packing it takes longer than running it.
      const packed = `${file}.gz`;
      await writeFile(join(out, packed), await pack(bytes, { level: 9 }));
      agents[machine] = { file, packed, sha256, size: bytes.length };
    } catch (error) {
      console.warn(`no agent for ${machine}: ${reason(error, machines[machine])}`);
    }
  }
  const manifest = { agents, sources: names.map((name) => `src/${name}`) };
  await writeFile(join(out, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** The program, compiled unless one of the same sources by the same compiler is there. */
async function cachedAgent(machine, names) {
  const { on, compiler } = machines[machine];
  if (process.platform !== 'linux' || !on.includes(process.arch))
    throw new Error(`it is not built on ${process.platform} ${process.arch}; it is compiled on the host`);
  const { stdout: version } = await run(compiler, ['--version']);
  const hash = createHash('sha256').update(JSON.stringify([machine, version, flags, libraries]));
  for (const name of names) hash.update(name).update(await readFile(join(sourceDir, name)));
  const path = join(cache, `${machine}-${hash.digest('hex').slice(0, 16)}`);
  if (await exists(path)) return path;
  await mkdir(cache, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  try {
    await compile(machine, names, unfinished);
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
  return path;
}

async function compile(machine, names, output) {
  const sources = names.filter((name) => name.endsWith('.c')).map((name) => join(sourceDir, name));
  const { compiler, arguments: more } = machines[machine];
  const args = [...flags, ...(await more()), ...sources, '-o', output];
  try {
    await run(compiler, [...args, ...libraries[0]]);
  } catch (error) {
    if (!/ZSTD/.test(error.stderr)) throw error;
    await run(compiler, [...args, ...libraries[1]]);
  }
}

function reason(error, { compiler, needs }) {
  if (error.code === 'ENOENT') return `${compiler} is not installed (Debian: ${needs})`;
  // The code is wrong, not the machine.
  if (error.stderr && !/cannot find -l|No such file or directory/.test(error.stderr)) throw error;
  return error.stderr ? `it does not link (Debian: ${needs})\n${error.stderr}` : error.message;
}

async function checkVersion() {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const header = await readFile(join(sourceDir, 'version.h'), 'utf8');
  if (!header.includes(`"${version}"`)) throw new Error(`agent/version.h is not that of version ${version}`);
}

function exists(path) {
  return readFile(path).then(
    () => true,
    () => false,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const out = join(root, 'dist', 'agent');
  await rm(out, { recursive: true, force: true });
  await buildAgents(out);
}
