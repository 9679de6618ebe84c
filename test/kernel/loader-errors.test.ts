/**
 * What libbpf and the kernel say to objects that do not load and programs that do not attach, provoked for real, and
 * explained: the rule, on the line that a person would point at. The agent loads, as it does on hosts.
 */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { HostExplainer } from '#cli/host-explainer';
import type { Explanation } from '#core/verifier/model';
import { objectFailure } from '#runner/failure/program';
import type { RunEvent } from '#runner/model';
import { startAgent } from '#support/agent/agent';
import { agentPath } from '#support/agent/build';
import { compileBpf } from '#support/bpf/compile';
import { requireKernel } from '#support/bpf/requirements';
import { parseMarkers } from '#support/markers';
import { describeUnless } from '#support/requirement';
import { ensureTracefs } from '#support/tracefs';
import { loaderErrors } from './loader-errors/cases';
import type { LoaderError } from './loader-errors/cases';

const prelude = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
char LICENSE[] SEC("license") = "GPL";
`;

interface Said {
  readonly rule: string;
  /** From 1; undefined where it is about the host and no line of the source. */
  readonly line: number | undefined;
}

async function provoke({
  source,
  wrapper,
  bytes,
}: LoaderError): Promise<readonly (Said & { text: string })[]> {
  await ensureTracefs();
  const compiled = bytes ? undefined : await compileBpf(prelude + source, { flags: ['-Wno-everything'] });
  const object = bytes ?? (await readFile(compiled?.path ?? ''));
  const agent = await startAgent({ path: await agentPath('plain'), ...(wrapper && { wrapper }) });
  agent.send('facts');
  agent.load(1, object);
  await agent.heard('state', ({ state }) => state === 'running' || state === 'failed');
  agent.send('quit');
  await agent.exit;
  const [facts] = agent.all('facts');
  if (!facts) throw new Error('the agent said no facts');
  const explainer = new HostExplainer(compiled?.path ?? '/', '/');
  const events = agent.messages.flatMap((message): RunEvent[] => {
    if (message.type === 'program' || message.type === 'attach')
      return [{ ...message, host: 'local', run: 1 }];
    if (message.type !== 'state' || message.state !== 'failed' || message.error === null) return [];
    const failure = objectFailure(message, facts);
    return [
      { ...message, host: 'local', run: 1 },
      { type: 'ended', host: 'local', failure },
    ];
  });
  const said: (Said & { text: string })[] = [];
  for (const event of [{ type: 'built', host: 'local', run: 1, object } as const, ...events]) {
    const explanations = await explainer.explain(event);
    said.push(...explanations.map(summary));
    const failure = event.type === 'ended' ? event.failure : undefined;
    // Of the host itself, not of a line.
    if (failure && explanations.length === 0)
      said.push({ rule: failure.code, line: undefined, text: `${failure.message}. ${failure.help}` });
  }
  return said;
}

function summary({ rule, labels, sentence, help }: Explanation): Said & { text: string } {
  return { rule, line: labels[0]?.position.line, text: `${sentence} ${help}` };
}

function expectationOf({ source, rule }: LoaderError): Said {
  if (rule !== undefined) return { rule, line: undefined };
  const text = prelude + source;
  const [marked, ...more] = parseMarkers(text).expectations;
  if (!marked || more.length > 0) throw new Error('one line is marked');
  const lines = text.slice(0, marked.span.start).split('\n');
  while (/^\s*\/\/\s*\^/.test(text.split('\n')[lines.length - 1] ?? '')) lines.pop();
  return { rule: marked.code, line: lines.length };
}

describeUnless(requireKernel(), 'errors of loaders', () => {
  test.each(loaderErrors)('$name', async (one) => {
    const said = await provoke(one);
    const [first] = said;
    expect(first && { rule: first.rule, line: first.line }).toEqual(expectationOf(one));
    expect(first?.text).toMatch(one.says ?? /\w/);
    expect(first?.text).not.toMatch(/undefined|[{}]|\(\?\)/);
  });

  test('are at least 20, of at least 15 rules', () => {
    const rules = loaderErrors.map((one) => expectationOf(one).rule);
    expect(rules.length).toBeGreaterThanOrEqual(20);
    expect(new Set(rules).size).toBeGreaterThanOrEqual(15);
  });
});
