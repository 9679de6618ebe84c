/** The declaration of a field. */
import type { FormatField } from '#core/kernel/model';

/** As C has it: `const char *filename`, `char prev_comm[16]`, `char filename[]`. */
export function declarationOf(field: FormatField): string {
  if (field.dynamic !== undefined) return `${field.elementType} ${field.name}[]`;
  return field.declaration.replace(/\*\s+(?=\w+$)/, '*');
}
