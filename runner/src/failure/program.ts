/** Why a program does not run on a host: the agent's lines with what the host's facts say about them. */
import type { AgentErrno, AgentMessageOf, HostFacts } from '#core/agent/protocol';
import type { Failure, FailureCode } from '../model';
import { mayLoad } from '../text/capabilities';
import { makeFailure } from './failure';

/** A program that the kernel refused; undefined where it did not. */
export function loadFailure(program: AgentMessageOf<'program'>, facts: HostFacts): Failure | undefined {
  const { name, section, error, log, cause } = program;
  if (!error) return undefined;
  const refused = permissionCode(error, facts);
  if (refused) return denied(refused, `${name} must not be loaded`, cause, log);
  if ((cause ?? log).includes('BTF') && !facts.btf) return noBtf(name, log, facts);
  if (log.includes('failed to find kernel BTF type ID')) {
    return makeFailure(
      'event-missing',
      `the kernel has nothing that ${section} could attach to`,
      cause ?? 'Look for the function’s name on that kernel.',
      log,
    );
  }
  return makeFailure(
    'program-refused',
    `the kernel refuses ${name}: ${verdict(log) || `${error.code} (${error.text})`}`,
    cause ?? refusedHelp(log),
    log,
  );
}

/** An object of which nothing was loaded. */
export function objectFailure(state: AgentMessageOf<'state'>, facts: HostFacts): Failure {
  const words = state.message ?? '';
  const refused = state.error ? permissionCode(state.error, facts) : undefined;
  if (refused) return denied(refused, 'the program must not be loaded', state.cause, words);
  if ((state.cause ?? '').includes('BTF') && !facts.btf) return noBtf('the program', words, facts);
  return makeFailure(
    'object-unusable',
    `libbpf cannot load the object: ${lastLine(words) || (state.error?.text ?? 'it does not say why')}`,
    state.cause ?? 'Its words are below; they name the map or section.',
    words,
  );
}

/** A program that loaded and was not attached; undefined where it was, or where nothing attaches it automatically. */
export function attachFailure(
  attach: AgentMessageOf<'attach'>,
  section: string,
  facts: HostFacts,
): Failure | undefined {
  const { name, state, error, log, cause } = attach;
  if (state !== 'failed') return undefined;
  const refused = error ? permissionCode(error, facts) : undefined;
  if (refused) return denied(refused, `${name} must not be attached`, cause, log);
  if (error?.code === 'ENOENT' && /^(?:tp|tracepoint)\//.test(section) && !facts.tracefs) {
    return makeFailure(
      'tracefs-missing',
      `${name} cannot be attached: the host has no tracefs`,
      cause ??
        'Mount it: mount -t tracefs tracefs /sys/kernel/tracing. Kernels without CONFIG_TRACING have none.',
      log,
    );
  }
  if (error?.code === 'ENOENT') {
    return makeFailure(
      'event-missing',
      `${name} cannot be attached: this kernel has no ${section}`,
      cause ?? 'Choose an event that this kernel has: ebpf-workbench events shows them.',
      log,
    );
  }
  if (error?.code === 'EACCES') {
    return makeFailure(
      'attach-denied',
      `${name} cannot be attached to ${section}: it reads what the event does not have (EACCES)`,
      cause ??
        'It reads beyond the event’s record through ctx: see which arguments and fields the event has.',
      log,
    );
  }
  return makeFailure(
    'attach-failed',
    `${name} cannot be attached to ${section}: ${error?.text ?? 'libbpf does not say why'}`,
    cause ?? 'libbpf’s words are below.',
    log,
  );
}

/** An object in which there is nothing to load. */
export function noPrograms(): Failure {
  return makeFailure(
    'object-unusable',
    'there is no program in it to load',
    'A program is a function with a SEC("…") that libbpf knows; those with SEC("?…") are loaded where they are named. Check the names that were given.',
  );
}

/** Nothing of the object has a section that libbpf attaches by itself. */
export function nothingAttached(names: readonly string[]): Failure {
  return makeFailure(
    'attach-failed',
    `nothing attaches ${names.join(', ')} automatically`,
    'Give the program a section with a target, such as tp/CATEGORY/EVENT; verify loads programs without one.',
  );
}

function permissionCode(error: AgentErrno, facts: HostFacts): FailureCode | undefined {
  if (error.code !== 'EPERM' && !(error.code === 'EACCES' && !mayLoad(facts.capabilities))) return undefined;
  if (!mayLoad(facts.capabilities)) return 'not-root';
  if (facts.lockdown === 'integrity' || facts.lockdown === 'confidentiality') return 'lockdown';
  return facts.container ? 'not-root' : undefined;
}

function denied(code: FailureCode, message: string, cause: string | undefined, log: string): Failure {
  const help =
    code === 'lockdown'
      ? 'The kernel is locked down, as with Secure Boot: boot without it, or with lockdown=none.'
      : 'Run as root: connect as root, or let the user use sudo.';
  return makeFailure(code, message, cause ?? help, log);
}

function noBtf(name: string, log: string, { release }: HostFacts): Failure {
  return makeFailure(
    'btf-missing',
    `${name} needs the kernel’s BTF, and ${release} has none`,
    'Boot a kernel with CONFIG_DEBUG_INFO_BTF=y (/sys/kernel/btf/vmlinux); programs without CO-RE, fentry and tp_btf run without.',
    log,
  );
}

function refusedHelp(log: string): string {
  return /CO-RE relocation|invalid func unknown#195896080/.test(log)
    ? 'This kernel lacks a field or type that the program reads: ask with bpf_core_field_exists() before.'
    : 'The verifier’s log is below: the last instruction before the end is the one that it refuses.';
}

/** The sentence in which the verifier says what it does not like: the last one that is no statistics and no source line. */
function verdict(log: string): string {
  const lines = log
    .split('\n')
    .map((line) => line.trim())
    .filter(
      (line) =>
        line !== '' && !/^(?:processed \d+ insns|verification time|stack depth|-- |;|libbpf:)/.test(line),
    )
    .filter(
      (line) => !/^\d+: \([0-9a-f]{2}\)/.test(line) && !/END PROG LOAD LOG|BEGIN PROG LOAD LOG/.test(line),
    );
  return lines.at(-1) ?? '';
}

function lastLine(words: string): string {
  return (
    words
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .at(-1) ?? ''
  );
}
