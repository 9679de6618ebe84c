/** Why a kernel cannot be read. The message says what to do next; the code is for programs. */
export type KernelErrorCode =
  | 'not-linux'
  | 'tracefs-not-mounted'
  | 'permission-denied'
  | 'not-found'
  | 'not-a-kernel-directory'
  | 'no-events'
  | 'unknown-bundled'
  | 'unusable-snapshot'
  | 'unreadable';

export class KernelError extends Error {
  override readonly name = 'KernelError';
  readonly code: KernelErrorCode;

  constructor(code: KernelErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** The `ENOENT`, `EACCES`, … of a failed file operation. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** A failed read of something the user named by its path. */
export function pathError(path: string, error: unknown): KernelError {
  switch (errnoOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new KernelError(
        'not-found',
        `${path} does not exist: check the path in the kernel setting`,
        error,
      );
    case 'EACCES':
    case 'EPERM':
      return new KernelError(
        'permission-denied',
        `${path} may not be read by this user: change its permissions`,
        error,
      );
    default:
      return new KernelError('unreadable', `${path} cannot be read: ${messageOf(error)}`, error);
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
