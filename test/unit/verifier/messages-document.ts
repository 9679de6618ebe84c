/** docs/verifier-messages.md: the table of messages, with the kernels that have each text. */
import { MessageTable } from '#core/verifier/message-match';
import { messageRules } from '#core/verifier/messages/index';
import { fillSentence } from '#core/verifier/sentence';
import { examples, kernelMessages } from './kernel-messages';

const newest = '7.3';
const known = ['5.10', '6.1', '6.12', '7.2', newest];

export function messagesDocument(): string {
  const table = new MessageTable(messageRules);
  const texts = new Map<string, { format: string; kernels: readonly string[] }[]>();
  for (const { format, kernels } of kernelMessages()) {
    const rule = examples(format).flatMap((line) => table.match(line)?.rule.rule ?? [])[0];
    if (rule !== undefined) texts.set(rule, [...(texts.get(rule) ?? []), { format, kernels }]);
  }
  const sections = messageRules.map(({ rule, says, help }) => {
    const own = texts.get(rule) ?? [];
    const list = own.map(({ format, kernels }) => `- \`${format.trim()}\` (${range(kernels)})`);
    const none = 'Told from another rule by the circumstances, or printed in parts.';
    const sentence = fillSentence(says, (name) => `_${name}_`);
    return [`## ${rule}`, `${upper(sentence)}.`, help, list.length > 0 ? list.join('\n') : none].join('\n\n');
  });
  return `${introduction}\n\n${sections.join('\n\n')}\n`;
}

const introduction = `# The verifier's messages

What the kernel's texts mean, by rule. Behind each text stand the kernels that have it, of ${known.join(', ')}: a range is
of those that were read. The data is in \`core/src/verifier/messages/\`; this page is checked by a test, and written anew by
\`npx vitest run --project unit test/unit/verifier/messages.test.ts -u\`.`;

function range(kernels: readonly string[]): string {
  const [first = ''] = kernels;
  const last = kernels[kernels.length - 1] ?? '';
  if (last === newest) return first === known[0] ? 'all' : `from ${first}`;
  return first === last ? first : `${first} to ${last}`;
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
