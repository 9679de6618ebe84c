/**
 * The program that ssh runs to ask for a secret (`dist/askpass.js`): passes the question on to who started ssh, and
 * prints the answer. Exit code 1: declined.
 */
import { connect } from 'node:net';
import * as v from 'valibot';
import { AskpassAnswer, askpassVariables, maxAskpassLine, socketPath } from './askpass-protocol';
import type { AskpassQuestion } from './askpass-protocol';

const socket = process.env[askpassVariables.socket];
const token = process.env[askpassVariables.token];
const hint = process.env['SSH_ASKPASS_PROMPT'];

process.exitCode = 1;
if (socket !== undefined && token !== undefined) {
  const question: AskpassQuestion = {
    token,
    prompt: process.argv[2] ?? '',
    ...(hint !== undefined && { hint }),
  };
  let text = '';
  connect({ path: socketPath(socket) })
    .setEncoding('utf8')
    .on('error', () => undefined)
    .on('data', (piece: string) => {
      text = (text + piece).slice(0, maxAskpassLine);
    })
    .on('end', () => {
      const { answer } = v.parse(AskpassAnswer, JSON.parse(text));
      if (answer === null) return;
      process.stdout.write(`${answer}\n`);
      process.exitCode = 0;
    })
    .write(`${JSON.stringify(question)}\n`);
}
