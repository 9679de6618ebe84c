/** Programs that call functions of the kernel, as far as libbpf and the first look of the verifier go. */
import { helperNamed } from '#server/helpers/helpers';
import { functionNamed } from '#server/kfuncs/kfuncs';
import type { TypeIndex, TypeRef } from '#core/btf/types';
import type { Candidate } from './judge';

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
