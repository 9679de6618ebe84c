import { describe, expect, it } from 'vitest';
import { createExplainer } from '#core/verifier/explain';
import { readLogLine } from '#core/verifier/log-lines';
import { messageRules } from '#core/verifier/messages/index';
import { examples, kernelMessages } from './kernel-messages';
import { messagesDocument } from './messages-document';

/** The end of a line whose beginning is printed by another call; the whole lines are tested below. */
const ends = new Set([
  ' or %s%s',
  ' should have been in %s',
  ' should have been in [%d, %d]',
  'expected=%s',
  'expected %s or socket',
  "doesn't match map pointer in %s map_uid=%d",
  '%s memory, len pair leads to invalid memory access',
  '%s the register R%d is not a known value (%s)',
]);

/** Lines made by several calls, as kernels print them. */
const composed: readonly (readonly [string, string])[] = [
  ['R1 type=scalar expected=fp', 'argument-type'],
  ['R1 type=inv expected=fp, pkt, map_value', 'argument-type'],
  ['R2 type=map_value_or_null expected=fp', 'null-argument'],
  ['At program exit the register R0 has value (0x5; 0x0) should have been in (0x0; 0x3)', 'return-value'],
  ['At program exit the register R0 has smin=5 smax=5 should have been in [0, 3]', 'return-value'],
  ['At program exit the register R0 has unknown scalar value should have been in [0, 1]', 'return-value'],
  ['At callback return the register R0 has smin=3 smax=3 should have been in [0, 1]', 'return-value'],
  ['At program exit the register R0 is not a known value (ctx)', 'return-unknown'],
  ['invalid kptr access, R2 type=ptr_task_struct expected=ptr_file', 'kptr-type'],
  ['invalid kptr access, R2 type=ptr_ expected=ptr_a or untrusted_ptr_a', 'kptr-type'],
  ['R1 is ptr_sk_buff expected STRUCT task_struct or socket', 'kfunc-argument-type'],
  ["timer pointer in R1 map_uid=1 doesn't match map pointer in R2 map_uid=2", 'map-inner-mismatch'],
  ['R1 and R2 memory, len pair leads to invalid memory access', 'kfunc-argument-type'],
  ['verifier bug: callee not found at insn 7(1)', 'verifier-bug'],
  ['[3] STRUCT pair size=16 vlen=2 Invalid name', 'invalid-btf'],
];

const explainer = createExplainer();

describe("the table of the verifier's messages", () => {
  it('has a rule for every message of the kernels that were read', () => {
    const messages = kernelMessages();
    const without = messages.filter(({ format }) => {
      if (ends.has(format)) return false;
      const lines = examples(format);
      if (lines.some((line) => explainer.match(line))) return false;
      // What says nothing of the verdict is no message.
      return lines.every((line) => readLogLine(line).kind === 'message');
    });
    expect(without.map(({ format }) => format)).toEqual([]);
    expect(messages.length).toBeGreaterThan(850);
  });

  it.each(composed)('knows %s', (line, rule) => {
    expect(explainer.match(line)?.rule.rule).toBe(rule);
  });

  it('has each rule once, with a sentence and a help', () => {
    const ids = messageRules.map(({ rule }) => rule);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    expect(ids.length).toBeGreaterThan(190);
    for (const { rule, says, help } of messageRules) {
      expect(rule).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
      expect(says, rule).toMatch(/^\S.*[^.\s]$/);
      expect(help, rule).toMatch(/[.)]$/);
    }
  });

  it('has each text once', () => {
    const texts = messageRules.flatMap((rule) => rule.texts);
    expect(texts.filter((text, at) => texts.indexOf(text) !== at)).toEqual([]);
  });

  it('takes the rule that says most where several fit', () => {
    expect(explainer.match("R0 invalid mem access 'map_value_or_null'")?.rule.rule).toBe('null-check');
    expect(explainer.match("R0 invalid mem access 'scalar'")?.rule.rule).toBe('scalar-deref');
    expect(explainer.match("R0 invalid mem access 'map_ptr'")?.rule.rule).toBe('invalid-deref');
  });

  it('does not know what no kernel says', () => {
    expect(explainer.match('the moon is full')).toBeUndefined();
  });

  it('is written down in docs/verifier-messages.md', async () => {
    await expect(messagesDocument()).toMatchFileSnapshot('../../../docs/verifier-messages.md');
  });
});
