/**
 * Parameters and registers of a program that hold addresses of the process: pointer arguments of a system call
 * (`BPF_KSYSCALL`), and whatever a probe in a program of user space is given (`BPF_UPROBE`, `BPF_URETPROBE`, `BPF_USDT`,
 * `PT_REGS_PARM1(ctx)` of a uprobe).
 */
import type { Token } from '../analysis/lexer';
import type { Program } from '../analysis/model';
import type { DocumentView } from '../view';
import { syscallFacts, syscallMacro, syscallOf } from './syscall';

export interface UserParameter {
  readonly name: string;
  /** As written: `const char *`. */
  readonly type: string;
}

const userSections = /^\??u(?:probe|retprobe)(?:\.multi|\.session)?(?:\.s)?(?:\/|$)|^\??usdt(?:\.s)?(?:\/|$)/;
const userMacros = /^BPF_(?:UPROBE|URETPROBE|KPROBE|KRETPROBE|USDT)$/;

export const isUserProbe = ({ section }: Program): boolean => userSections.test(section.value);

/** Empty for other programs. */
export function userParameters(view: DocumentView, program: Program): readonly UserParameter[] {
  const { function: fn, section } = program;
  const { macro = '' } = fn;
  if (syscallMacro.test(macro)) {
    const call = syscallOf(view.kernel.index, section.value);
    return fn.parameters.filter(
      ({ name }, n) => name !== '' && call !== undefined && syscallFacts(call, n)?.value === 'user-pointer',
    );
  }
  if (!isUserProbe(program) || !userMacros.test(macro)) return [];
  return fn.parameters.filter(({ name }) => name !== '');
}

/** `PT_REGS_PARM1(ctx)`, `PT_REGS_RC(ctx)` and no more. */
export function isUserRegister(program: Program, tokens: readonly Token[]): boolean {
  const ctx = program.ctx.kind === 'none' ? undefined : program.ctx.name;
  const [register, open, name, close, ...rest] = tokens;
  return (
    isUserProbe(program) &&
    /^PT_REGS_(?:PARM[1-8]|RC)(?:_CORE)?$/.test(register?.text ?? '') &&
    open?.text === '(' &&
    name?.text === ctx &&
    close?.text === ')' &&
    rest.length === 0
  );
}
