/** Programs that call functions of the kernel, as far as libbpf and the first look of the verifier go. */
import { KFUNC_NAMES } from '#core/bpf/kfunc-kinds.generated';
import type { TypeIndex, TypeRef } from '#core/btf/types';
import type { Analyzer } from '#server/analysis/analyzer';
import { kfuncUnavailable } from '#server/checks/kfunc-unavailable';
import { noHeaders } from '#server/headers/store';
import { helperNamed } from '#server/helpers/helpers';
import { functionNamed, kfuncNames } from '#server/kfuncs/kfuncs';
import type { KernelView } from '#server/view';
import { testAnalyzer } from '#support/analyzer';
import type { Candidate } from './judge';
import { kfuncKinds, kfuncSections } from './kfunc-kinds';
import type { Prober } from './probe';

/** A call with zeros, whatever the function takes: it is refused, but for another reason than that it may not be called. */
export function kfuncCall(types: TypeIndex, name: string): Candidate {
  return called(name, declaration(types, name), call(types, name));
}

/** All of them in one program: libbpf loads it as far as the verifier if it finds each. */
export function callsOfAll(types: TypeIndex, names: readonly string[]): Candidate {
  // A call has at most five arguments, and clang keeps names like __bpf_trap to itself.
  const callable = names.filter(
    (name) => name !== '__bpf_trap' && (functionNamed(types, name)?.parameters.length ?? 0) <= 5,
  );
  const declarations = callable.map((name) => declaration(types, name)).join('\n');
  return called(
    callable.join('_').slice(0, 60),
    declarations,
    callable.map((name) => call(types, name)).join('\n\t'),
  );
}

const declaration = (types: TypeIndex, name: string): string =>
  `extern ${functionNamed(types, name)?.prototype ?? `void ${name}(void)`} __ksym;`;

const call = (types: TypeIndex, name: string): string =>
  `${name}(${(functionNamed(types, name)?.parameters ?? []).map(() => '0').join(', ')});`;

export function called(name: string, declaration: string, body: string): Candidate {
  const program = `calls_${name}`;
  return {
    name: program,
    text: `${declaration}\nSEC("tp_btf/sched_switch")\nint ${program}(void *ctx)\n{\n\t${body}\n\treturn 0;\n}\n`,
  };
}

/**
 * Functions of the kernel that its BTF does not tag as kfuncs, some of them; no names that clang has a meaning for. Of structs
 * behind pointers, clang describes some by name only, which libbpf takes for others: so those of numbers alone.
 */
export function ordinaryFunctions(
  types: TypeIndex,
  kfuncs: readonly string[],
  step: number,
): readonly string[] {
  const known = new Set(kfuncs);
  return types
    .funcNames()
    .filter((name, n) => n % step === 0 && !known.has(name) && !/^__|^mem|^str|^abs$/.test(name))
    .filter((name) => {
      const func = types.func(name);
      if (func === undefined || func.variadic || func.parameters.length > 5) return false;
      return [func.returns, ...func.parameters.map(({ type }) => type)].every(
        (type) => helperNamed(name) === undefined && isPlain(types, type),
      );
    });
}

function isPlain(types: TypeIndex, type: TypeRef): boolean {
  return /^(?:int|enum|void)$/.test(types.kind(types.resolve(type)));
}

export interface KfuncVerdicts {
  /** Pairs that the verifier was asked about. */
  readonly pairs: number;
  readonly refused: number;
  /** `XDP bpf_task_acquire: refused` */
  readonly disagreements: readonly string[];
}

/** Every pair of a kind of program that the kernel loads and a kfunc: reported exactly if the verifier refuses the call. */
export async function compareKfuncs(kernel: KernelView, prober: Prober): Promise<KfuncVerdicts> {
  const { types } = kernel.index;
  const analyzer = await testAnalyzer();
  const tagged = kfuncNames(types);
  // Older kernels do not tag them: they are asked about what newer ones do.
  const asked = tagged.length > 0 ? tagged : KFUNC_NAMES.filter((name) => types.func(name) !== undefined);
  const { names, callable } = await kfuncKinds(types, asked, prober);
  const declarations = names.map((name) => `${declaration(types, name)}\n`).join('');
  const sections = kfuncSections();
  const disagreements: string[] = [];
  let refused = 0;
  for (const [kind, may] of callable) {
    const def = sections.get(kind);
    const section = def?.target === 'exact' ? def.name : `${def?.name ?? ''}/x`;
    const text =
      declarations +
      names
        .map(
          (name) =>
            `SEC("${section}")\nint f_${name}(void *ctx)\n{\n\t${call(types, name)}\n\treturn 0;\n}\n`,
        )
        .join('');
    const reported = calleesOf(text, analyzer, kernel);
    const unsaid = new Set(names.filter((name) => !may.has(name)));
    refused += unsaid.size;
    for (const name of reported)
      if (!unsaid.delete(name)) disagreements.push(`${kind} ${name}: taken, or reported twice`);
    disagreements.push(...[...unsaid].map((name) => `${kind} ${name}: refused`));
  }
  return { pairs: callable.size * names.length, refused, disagreements };
}

/** What this one check reports: the others have little to say of so many programs, and take long. */
function calleesOf(text: string, analyzer: Analyzer, kernel: KernelView): readonly string[] {
  const file = analyzer.open(text);
  try {
    const view = { uri: 'untitled:', text, source: file.analysis, headers: noHeaders, kernel };
    return kfuncUnavailable.run(view).map(({ span }) => text.slice(span.start, span.end));
  } finally {
    file.dispose();
  }
}
