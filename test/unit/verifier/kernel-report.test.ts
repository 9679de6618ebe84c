import { describe, expect, it } from 'vitest';
import { createExplainer } from '#core/verifier/explain';
import { parseLog } from '#core/verifier/log';

/** Written from kernel/bpf/diagnostics.c of Linux 7.3. */
const log = `0: R1=ctx() R10=fp0
; *value += 1; @ a.bpf.c:23
9: (79) r1 = *(u64 *)(r0 +0)
R0 has left the building

Verification failed: Register Type Safety: Invalid dereference

Reason:
  R0 may be NULL here (map_value_or_null). The program could dereference NULL on this path, so the
  verifier cannot prove this access is safe.

At:
  handle @ src/a.bpf.c:23:9
  Source context:
      22 | 	if (key > 10)
  >>> 23 | 	*value += 1;
         |         ^-- error: invalid dereference of R0 (a nullable map
         |             value pointer)
  Instruction context:
          8 | (25) if r1 > 0xa goto pc+3
  >>>     9 | (79) r1 = *(u64 *)(r0 +0)

Causal path:
  handle @ src/a.bpf.c:20:15
  Source context:
  >>> 20 | 	value = find(&key);
         |         ^-- update: R0 changed from uninitialized value to nullable map value
  Instruction context:
  >>>     6 | (85) call bpf_map_lookup_elem#1

Suggestion:
  Add a NULL check before the access and dereference the pointer only on the non-NULL path.

processed 10 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 0
`;

describe('the report of newer kernels', () => {
  const [program] = parseLog(log).value.programs;

  it('is read into places, reason and suggestion', () => {
    expect(program?.messages.map(({ text }) => text)).toEqual(['R0 has left the building']);
    expect(program?.report).toMatchObject({
      category: 'Register Type Safety',
      problem: 'Invalid dereference',
      suggestion: 'Add a NULL check before the access and dereference the pointer only on the non-NULL path.',
    });
    expect(program?.report?.places).toEqual([
      {
        label: 'error',
        text: 'invalid dereference of R0 (a nullable map value pointer)',
        function: 'handle',
        position: { file: 'src/a.bpf.c', line: 23, column: 9, text: '*value += 1;' },
        instruction: 9,
      },
      {
        label: 'update',
        text: 'R0 changed from uninitialized value to nullable map value',
        function: 'handle',
        position: { file: 'src/a.bpf.c', line: 20, column: 15, text: 'value = find(&key);' },
        instruction: 6,
      },
    ]);
    expect(program?.cost?.processed).toBe(10);
  });

  it('speaks for a message that the table does not have', () => {
    const explanation = program && createExplainer().explain(program);
    expect(explanation).toMatchObject({
      rule: 'unknown-message',
      help: 'Add a NULL check before the access and dereference the pointer only on the non-NULL path.',
      kernelText: 'R0 has left the building',
    });
    expect(explanation?.sentence).toContain('may be NULL here');
    expect(explanation?.labels.map(({ position }) => position.line)).toEqual([23, 20]);
  });

  it('is not missed: an unknown message is shown as it is, with no cause', () => {
    const bare = parseLog(log.replace(/\nVerification failed[\s\S]*(?=processed)/, '')).value.programs[0];
    expect(bare && createExplainer().explain(bare)).toMatchObject({
      rule: 'unknown-message',
      sentence: 'The verifier refuses the program here: “R0 has left the building”.',
      labels: [{ position: { file: 'a.bpf.c', line: 23 } }],
    });
  });
});
