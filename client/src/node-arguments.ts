/**
 * What Node is told that runs the server, for its memory (docs/performance.md): a young generation of 2 MB, since requests
 * leave little behind, and one thread of V8's beside the server's own instead of four.
 */
export const nodeArguments = ['--max-semi-space-size=2', '--v8-pool-size=1'] as const;
