/** Command-line arguments by node:util, with its errors turned into usage errors. */
import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';
import { UsageError } from './command';

type Options = NonNullable<ParseArgsConfig['options']>;

interface Config<T extends Options> {
  readonly args: string[];
  readonly options: T;
  readonly allowPositionals: true;
  readonly strict: true;
}

export function readArguments<const T extends Options>(
  args: readonly string[],
  options: T,
): ReturnType<typeof parseArgs<Config<T>>> {
  try {
    return parseArgs<Config<T>>({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The value of an option that takes one of a few words. */
export function oneOf<const T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((word) => word === value);
  if (found === undefined) throw new UsageError(`--${name} takes ${allowed.join(', ')}, not ${value}`);
  return found;
}
