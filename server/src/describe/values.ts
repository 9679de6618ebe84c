/** The names that the kernel prints for values of a field, in Markdown. */
import type { ValueTable } from '#core/kernel/value-tables';
import { inline } from './markdown';

/** At most `limit` of them. */
export function describeValues(table: ValueTable, limit: number): string {
  const values = table.values
    .slice(0, limit)
    .map(({ value, name }) => `${inline(number(value, table.kind))} ${escaped(name)}`);
  const more = table.values.length - values.length;
  const subject = table.direct ? '' : ` of ${inline(table.expression.replaceAll('REC->', ''))}`;
  const head = table.kind === 'flags' ? `Flags${subject}` : `Values${subject}`;
  return `${head}: ${values.join(' · ')}${more > 0 ? ` · and ${more} more` : ''}`;
}

function number(value: bigint, kind: ValueTable['kind']): string {
  return kind === 'flags' ? `0x${BigInt.asUintN(64, value).toString(16)}` : value.toString();
}

function escaped(name: string): string {
  return name.replace(/[\\`*_[\]<>|#]/g, '\\$&');
}
