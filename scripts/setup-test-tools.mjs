// Installs what the test tiers need of the system, where that can be done without asking: on Debian and its kin, as
// root. Elsewhere it says what is missing; the tiers that need it skip their tests and say so.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** Debian package → what it is for. */
const packages = {
  clang: 'compiles BPF programs',
  llvm: 'llvm-strip, llvm-objdump',
  bpftool: 'vmlinux.h of the running kernel',
  gcc: 'compiles the loader of the kernel tier',
  'libc6-dev': 'its headers',
  'libbpf-dev': 'the loader loads and attaches with it',
  'libelf-dev': 'needed by libbpf',
  'zlib1g-dev': 'needed by libbpf',
  'openssh-client': 'reaches the hosts of the remote tier',
  'openssh-server': 'one of them: this machine, through loopback',
  sudo: 'a user there who may become root',
  iproute2: 'takes its network away',
  'qemu-system-x86': 'the others: guests with kernels of their own',
  'qemu-system-arm': 'one of which is arm64',
  'xz-utils': 'unpacks their kernel modules',
  'gcc-aarch64-linux-gnu': 'links what runs on arm64',
  'libc6-dev-arm64-cross': 'its headers and static library',
  clangd: 'opens programs of folders that were set up for it',
  'golang-go': 'builds loaders that were generated in Go',
  'golang-github-cilium-ebpf-dev': 'which use it',
  chromium: 'shows VS Code to the e2e tier',
  ripgrep: 'file search in that VS Code',
};

/** Returns what is still missing: names of Debian packages. */
export function setupTestTools() {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/dpkg-query')) {
    console.log(`Test tools: install the counterparts of Debian's ${Object.keys(packages).join(' ')}.`);
    return [];
  }
  const missing = missingPackages();
  if (missing.length === 0) return [];
  if (process.getuid() !== 0) {
    console.log(`Test tools: sudo apt-get install --no-install-recommends ${missing.join(' ')}`);
    return missing;
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) =>
    spawnSync('apt-get', ['-q', '-y', ...args], { env, stdio: 'inherit' }).status === 0;
  console.log(`Test tools: installing ${missing.join(' ')}`);
  apt('update');
  // One by one where all at once fails: a package that a release does not have costs its own tier only.
  if (!apt('install', '--no-install-recommends', ...missing)) {
    for (const name of missing) apt('install', '--no-install-recommends', name);
  }
  return missingPackages();
}

function missingPackages() {
  return Object.keys(packages).filter((name) => !isInstalled(name));
}

function isInstalled(name) {
  try {
    const status = execFileSync('dpkg-query', ['-W', '-f', '${Status}', name], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return String(status).endsWith(' installed');
  } catch {
    return false;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const missing = setupTestTools();
  if (missing.length > 0) console.log(`Test tools: still missing: ${missing.join(' ')}`);
}
