/** The process around a server: how a client reaches it, and when it ends. */
import {
  createServerPipeTransport,
  createServerSocketTransport,
  IPCMessageReader,
  IPCMessageWriter,
  StreamMessageReader,
  type MessageConnection,
  type MessageReader,
  type MessageWriter,
} from 'vscode-jsonrpc/node';
import type { ServerHost } from './server';
import { WholeMessageWriter } from './whole-message-writer';

/** As the arguments name it, in the words that all language clients use; undefined where they name none. */
export function transportOf(args: readonly string[]): [MessageReader, MessageWriter] | undefined {
  for (const [n, arg] of args.entries()) {
    const [name, value = args[n + 1]] = arg.split('=', 2);
    if (name === '--stdio')
      return [new StreamMessageReader(process.stdin), new WholeMessageWriter(process.stdout)];
    if (name === '--node-ipc') return [new IPCMessageReader(process), new IPCMessageWriter(process)];
    if (name === '--socket' && value !== undefined) return createServerSocketTransport(Number(value));
    if (name === '--pipe' && value !== undefined) return createServerPipeTransport(value);
  }
  return undefined;
}

/** Milliseconds between two looks at whether the client's process is still there. */
const watchInterval = 3000;

/** Ends this process when the client says so, when the connection closes, and when the client's process is gone. */
export function processHost(connection: MessageConnection): ServerHost {
  connection.onClose(() => process.exit(1));
  return {
    exit: (code) => process.exit(code),
    watch(pid) {
      setInterval(() => {
        try {
          process.kill(pid, 0);
        } catch {
          process.exit(1);
        }
      }, watchInterval).unref();
    },
  };
}
