import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { createLogTokenizer, type Tokenize } from '#support/grammar';

/** What is coloured as what a reader looks for first. */
const scopes = {
  register: 'variable.language.register',
  call: 'entity.name.function',
  source: 'string.unquoted.source',
  refusal: 'token.error-token',
  mayBeNull: 'invalid.deprecated.may-be-null',
  branch: 'keyword.control.branch',
  statistics: 'markup.bold.statistics',
  noise: 'comment.line',
};

describe('a verifier log', () => {
  let tokenize: Tokenize;
  beforeAll(async () => {
    tokenize = await createLogTokenizer();
  });

  const pieces = (text: string, scope: string) =>
    tokenize(text).flatMap((token) =>
      token.scopes.at(-1)?.startsWith(`${scope}.`) === true ? [token.text.trim()] : [],
    );

  it.each([
    [
      '12: (85) call bpf_map_lookup_elem#1    ; R0=map_value_or_null(id=1,map=counts)',
      'call',
      ['bpf_map_lookup_elem'],
    ],
    [
      '12: (85) call bpf_map_lookup_elem#1    ; R0=map_value_or_null(id=1,map=counts)',
      'mayBeNull',
      ['map_value_or_null'],
    ],
    ['3: (63) *(u32 *)(r10 -4) = r0', 'register', ['r10', 'r0']],
    ['3: R1=ctx(off=0,imm=0) R10=fp0 fp-8=mmmm????', 'register', ['R1', 'R10', 'fp-8']],
    ['; *value += 1; @ counts.bpf.c:31', 'source', ['*value += 1;', 'counts.bpf.c:31']],
    ['; if (!value)', 'source', ['if (!value)']],
    ['from 12 to 14: R0=0 R6=ctx()', 'branch', ['from', 'to']],
    ["R0 invalid mem access 'map_value_or_null'", 'refusal', ["R0 invalid mem access 'map_value_or_null'"]],
    ['invalid stack off=0 size=1', 'refusal', ['invalid stack off=0 size=1']],
    ['R0=scalar() R10=fp0', 'refusal', []],
    ['stack depth 8', 'statistics', ['stack depth 8']],
    ['(0) frame 0 insn 8 +live -8', 'noise', ['(0) frame 0 insn 8 +live -8']],
  ] as const)('%s has as %s %j', (line, scope, expected) => {
    expect(pieces(line, scopes[scope])).toEqual(expected);
  });

  it('that was pasted shows its refusal as the one error', () => {
    const log = readFileSync('test/e2e/fixtures/verifier/pasted.verifier.log', 'utf8');
    expect(pieces(log, scopes.refusal)).toEqual(["R0 invalid mem access 'map_value_or_null'"]);
  });
});
