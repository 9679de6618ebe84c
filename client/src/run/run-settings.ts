/**
 * Settings of building and running. All of them are of machine scope: a repository cannot name a host or a command.
 * What has not the right shape counts as not set.
 */
import * as vscode from 'vscode';
import * as v from 'valibot';
import type { BuildOptions } from '#runner/model';

const Groups = v.record(v.string(), v.array(v.pipe(v.string(), v.minLength(1))));
const Words = v.array(v.string());

/** Groups of hosts by name, from `ebpf.hosts`. */
export function readHostGroups(): ReadonlyMap<string, readonly string[]> {
  const groups = v.safeParse(Groups, get('hosts'));
  return new Map(groups.success ? Object.entries(groups.output).filter(([, hosts]) => hosts.length > 0) : []);
}

/** A configuration of ssh other than the user's own; undefined for that. */
export function readSshConfig(): string | undefined {
  const path = v.safeParse(v.pipe(v.string(), v.minLength(1)), get('ssh.configFile'));
  return path.success ? path.output : undefined;
}

export function readBuildOptions(cwd: string | undefined): BuildOptions {
  const command = words('build.command');
  const clang = v.safeParse(v.pipe(v.string(), v.minLength(1)), get('build.clang'));
  return {
    ...(clang.success && { clang: clang.output }),
    flags: words('build.flags'),
    ...(command.length > 0 && { command }),
    ...(command.length > 0 && cwd !== undefined && { cwd }),
  };
}

export function readBuildOnSave(): boolean {
  return get('build.onSave') === true;
}

export function readVerifyOnSave(): boolean {
  return get('verify.onSave') === true;
}

export function readDumpInterval(): number {
  const interval = v.safeParse(v.pipe(v.number(), v.minValue(100)), get('run.dumpInterval'));
  return interval.success ? interval.output : 1000;
}

function words(name: string): readonly string[] {
  const value = v.safeParse(Words, get(name));
  return value.success ? value.output : [];
}

function get(name: string): unknown {
  return vscode.workspace.getConfiguration('ebpf').get(name);
}
