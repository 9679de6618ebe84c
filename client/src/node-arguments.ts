/**
 * What Node is told that runs the server, for its memory (docs/performance.md): one thread of V8's beside the server's own
 * instead of four. V8's own flags are set by the server (server/src/lsp/launch.ts), behind its first answer.
 */
export const nodeArguments = ['--v8-pool-size=1'] as const;
