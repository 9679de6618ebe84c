/**
 * No license section, where a program needs one: without it the license is empty, which is not GPL compatible. Programs
 * that call nothing for GPL compatible programs only do load without a license.
 */
import type { Include } from '../analysis/model';
import { tokenize } from '../analysis/lexer';
import { gplOnlyCalls } from '../helpers/certain-calls';
import { licenseFix, licenseOf } from '../helpers/license';
import type { DocumentView } from '../view';
import type { Check } from './check';

export const licenseMissing: Check = {
  code: 'license-missing',
  sourceOnly: true,
  run: (view) => {
    if (licenseOf(view.source).kind !== 'none' || mayBeElsewhere(view)) return [];
    const [call] = gplOnlyCalls(view);
    if (call === undefined) return [];
    const { helper, callee, span } = call;
    const fix = licenseFix(view.source);
    return [
      {
        code: 'license-missing',
        span,
        severity: 'warning',
        dependsOnKernel: false,
        message: `This file declares no license, and ${callee === helper ? helper : `${callee} calls ${helper}, which`} is only for programs with a GPL compatible one: the verifier refuses the program. Declare it with char LICENSE[] SEC("license") = "GPL".`,
        fixes: fix === undefined ? [] : [fix],
      },
    ];
  },
};

/** A header, a file with headers of other projects, or one that says "license" in a way that we do not understand. */
function mayBeElsewhere({ uri, text, source }: DocumentView): boolean {
  if (uri.endsWith('.h') || !source.includes.every(isKnown)) return true;
  return /license/i.test(text) && tokenize(text).some((token) => /license/i.test(token.text));
}

/** Headers that certainly declare no license: the kernel's and libbpf's. */
const isKnown = ({ path }: Include): boolean =>
  /^(?:linux|asm|bpf|netinet|sys)\/[\w/-]+\.h$|^(?:bpf_\w+|vmlinux[\w.-]*|std\w+|errno|string)\.h$|^bpf\/usdt\.bpf\.h$/.test(
    path,
  );
