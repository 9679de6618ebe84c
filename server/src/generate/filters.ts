/** Which events a program lets through. The values are constants that a loader may set before it loads. */
import type { GenerateOptions } from './model';
import type { Part } from './model';

export interface FilterPlan {
  readonly pid?: string;
  readonly comm?: { readonly value: string; readonly matches: string };
  /** For programs that see a return value. */
  readonly failed?: string;
  readonly parts: readonly Part[];
}

const filterComment =
  '/* What is let through. A loader may set these before it loads; 0 and "" let all through. */';

/** @param symbol the name under which a part is in the file */
export function planFilters(filter: GenerateOptions['filter'], symbol: (part: Part) => string): FilterPlan {
  const parts: Part[] = [];
  const global = (name: string, declaration: string) => {
    const comment = parts.length === 0 ? `${filterComment}\n` : '';
    const own = { kind: 'global', name, text: `${comment}const volatile ${declaration};` } as const;
    const given = symbol(own);
    parts.push({ ...own, name: given, text: own.text.replace(name, given) });
    return given;
  };
  const pid =
    filter?.pid === undefined ? undefined : global('filter_pid', `__u32 filter_pid = ${filter.pid}`);
  const failed = filter?.failed === true ? global('failed_only', 'bool failed_only = true') : undefined;
  if (filter?.comm === undefined)
    return { ...(pid !== undefined && { pid }), ...(failed !== undefined && { failed }), parts };
  const value = global('filter_comm', `char filter_comm[16] = ${quoted(filter.comm)}`);
  const own = {
    kind: 'helper',
    name: 'comm_matches',
    text: commMatches.replaceAll('filter_comm', value),
  } as const;
  const matches = symbol(own);
  parts.push({ ...own, name: matches, text: own.text.replace(own.name, matches) });
  return {
    ...(pid !== undefined && { pid }),
    ...(failed !== undefined && { failed }),
    comm: { value, matches },
    parts,
  };
}

/** bpf_strncmp() is newer than what this should load on (Linux 5.17). Both names are padded with zeroes. */
const commMatches = `static __always_inline bool comm_matches(void)
{
	char comm[16];
	__u32 i;

	bpf_get_current_comm(comm, sizeof(comm));
	for (i = 0; i < sizeof(comm); i++)
		if (comm[i] != filter_comm[i])
			return false;
	return true;
}`;

/** The statements that end the program for an event of another task. */
export function taskFilterLines(
  { pid, comm }: FilterPlan,
  pidValue: string,
  leave: string,
): readonly string[] {
  return [
    ...(pid === undefined
      ? []
      : [`if (${pid} && ${pidValue.includes(' ') ? `(${pidValue})` : pidValue} != ${pid})`, `\t${leave}`]),
    ...(comm === undefined ? [] : [`if (${comm.value}[0] && !${comm.matches}())`, `\t${leave}`]),
  ];
}

export function failedFilterLines({ failed }: FilterPlan, leave: string): readonly string[] {
  return failed === undefined ? [] : [`if (${failed} && ctx->ret >= 0)`, `\t${leave}`];
}

/** As a literal of C. */
function quoted(text: string): string {
  const escaped = [...new TextEncoder().encode(text)].map((byte) => {
    const char = String.fromCharCode(byte);
    if (char === '"' || char === '\\') return `\\${char}`;
    return byte >= 32 && byte < 127 ? char : `\\${byte.toString(8).padStart(3, '0')}`;
  });
  return `"${escaped.join('')}"`;
}
