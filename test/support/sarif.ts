/**
 * What SARIF 2.1.0 asks of a log (OASIS, sarif-v2.1.0-os, sections in brackets), as far as ours have it. Objects are
 * strict: a property that the standard does not have is refused.
 */
import * as v from 'valibot';

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const message = v.strictObject({ text: v.pipe(v.string(), v.minLength(1)) });
/** [3.4.3] a URI reference. */
const uri = v.pipe(
  v.string(),
  v.check((text) => URL.canParse(text, 'file:///base/') && !/[\s\\<>"{}|^`]/.test(text), 'no URI reference'),
);
/** [3.27.25, 3.30.8] by lines and columns from 1. */
const region = v.pipe(
  v.strictObject({
    startLine: count,
    startColumn: v.optional(count),
    endLine: v.optional(count),
    endColumn: v.optional(count),
    snippet: v.optional(v.strictObject({ text: v.string() })),
  }),
  v.check(
    ({ startLine, startColumn = 1, endLine = startLine, endColumn = Infinity }) =>
      endLine > startLine || (endLine === startLine && endColumn >= startColumn),
    'it ends before it begins',
  ),
);
const location = v.strictObject({
  id: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  physicalLocation: v.optional(
    v.strictObject({ artifactLocation: v.strictObject({ uri }), region: v.optional(region) }),
  ),
  logicalLocations: v.optional(v.array(v.strictObject({ name: v.string(), kind: v.string() }))),
  message: v.optional(message),
});
const level = v.picklist(['none', 'note', 'warning', 'error']);
const bag = v.record(v.string(), v.unknown());
const result = v.strictObject({
  ruleId: v.string(),
  ruleIndex: v.pipe(v.number(), v.integer(), v.minValue(0)),
  level,
  message,
  locations: v.array(location),
  relatedLocations: v.optional(v.array(location)),
  fixes: v.optional(v.array(v.unknown())),
  properties: v.optional(bag),
});
const invocation = v.strictObject({
  executionSuccessful: v.boolean(),
  toolExecutionNotifications: v.optional(
    v.array(v.strictObject({ level, descriptor: v.strictObject({ id: v.string() }), message })),
  ),
});
const run = v.pipe(
  v.strictObject({
    tool: v.strictObject({
      driver: v.strictObject({
        name: v.string(),
        rules: v.array(
          v.strictObject({
            id: v.string(),
            shortDescription: v.optional(message),
            help: v.optional(message),
            defaultConfiguration: v.optional(v.strictObject({ level })),
          }),
        ),
      }),
    }),
    columnKind: v.picklist(['utf16CodeUnits', 'unicodeCodePoints']),
    invocations: v.optional(v.array(invocation)),
    properties: v.optional(bag),
    results: v.array(result),
  }),
  // [3.27.6] the index is that of the rule.
  v.check(
    ({ tool, results }) =>
      results.every(({ ruleId, ruleIndex }) => tool.driver.rules[ruleIndex]?.id === ruleId),
    'a ruleIndex is not that of its ruleId',
  ),
  v.check(({ tool: { driver } }) => new Set(driver.rules.map(({ id }) => id)).size === driver.rules.length),
);
const log = v.strictObject({
  $schema: v.pipe(v.string(), v.url()),
  version: v.literal('2.1.0'),
  runs: v.tuple([run]),
});

/** The run of a log; throws where the log is none. */
export function checkSarif(text: string): v.InferOutput<typeof run> {
  return v.parse(log, JSON.parse(text)).runs[0];
}
