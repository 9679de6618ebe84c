/** The file `ebpf-workbench`: runs main.ts, and the command that it imports, from V8's code cache. */
import { launch } from '#server/bundles';

launch(__dirname, 'cli-main.js');
