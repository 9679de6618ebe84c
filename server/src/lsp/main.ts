/** `node server.js --stdio | --node-ipc | --socket=PORT | --pipe=NAME` */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createMessageConnection } from 'vscode-jsonrpc/node';
import { processHost, transportOf } from './process';
import { createServer } from './server';

/** The folder of the bundle, with the wasm files and the bundled kernels beside it. */
const dist = __dirname;
const pages = join(dist, '..', 'docs', 'diagnostics');

const transport = transportOf(process.argv.slice(2));
if (transport === undefined) {
  process.stderr.write('usage: server.js --stdio | --node-ipc | --socket=PORT | --pipe=NAME\n');
  process.exit(2);
}
const connection = createMessageConnection(...transport);
createServer(connection, processHost(connection), {
  // A bundle of its own (scripts/build.mjs): the first completion is answered without it.
  analyzer: async () => {
    const { createAnalyzer } = await import('../analysis/create-analyzer');
    return createAnalyzer({
      runtime: join(dist, 'web-tree-sitter.wasm'),
      grammar: join(dist, 'tree-sitter-c.wasm'),
    });
  },
  places: { bundledDir: join(dist, 'kernels') },
  ...(existsSync(pages) && { diagnosticPage: (code) => pathToFileURL(join(pages, `${code}.md`)).href }),
});
connection.listen();
