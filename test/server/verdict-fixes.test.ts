/** `ebpf/verdictFixes` over the protocol. */
import { expect, it } from 'vitest';
import { check } from '#core/messages/custom-message';
import { verdictFixesRequest, type Verdict } from '#core/messages/verdict-fixes';
import { edited, useServer } from './session';

const session = useServer();

const text = `/* 😀 */ int before;\r
SEC("xdp")\r
int count(struct xdp_md *ctx)\r
{\r
	__u64 *value = bpf_map_lookup_elem(&counts, &ctx->rx_queue_index);\r
\r
	/* 😀 */ *value += 1;\r
	return XDP_PASS;\r
}\r
`;

const verdict: Verdict = {
  rule: 'null-check',
  kernelText: "R0 invalid mem access 'map_value_or_null'",
  value: 'value',
  labels: [{ line: 8, column: 2, text: '	return *value;' }],
};

async function ask(uri: string, labels: Verdict['labels']) {
  const { method, result } = verdictFixesRequest;
  const answer = await session.client.connection.sendRequest(method, {
    uri,
    verdict: { ...verdict, labels },
  });
  const checked = check(result, answer);
  if (!checked.ok) throw new Error(checked.message);
  return checked.value;
}

it('gives edits of the open document', async () => {
  const uri = session.uri();
  const open = text.replace('/* 😀 */ *value', '*value');
  await session.client.open(uri, open);
  const [fix, ...others] = await ask(uri, [{ line: 7, column: 2, text: '	*value += 1;' }]);
  expect(others).toEqual([]);
  expect(fix).toMatchObject({ title: 'Return early where `value` is NULL', preferred: true });
  expect(edited(open, fix?.edits ?? [])).toMatch(
    /\n\tif \(!value\)\r?\n\t\treturn XDP_PASS;\r?\n\t\*value \+= 1;/,
  );
});

it('gives none for a line that has changed, nor for a document that is not open', async () => {
  const uri = session.uri();
  await session.client.open(uri, text);
  expect(await ask(uri, verdict.labels)).toEqual([]);
  expect(await ask(session.uri(), verdict.labels)).toEqual([]);
});

it('refuses what is no verdict', async () => {
  const { method } = verdictFixesRequest;
  const { client } = session;
  await expect(client.connection.sendRequest(method, { uri: 'file:///x.c', verdict: {} })).rejects.toThrow(
    /verdict/,
  );
});
