/** A helper for programs with a GPL compatible license, in a file whose license is not: the verifier refuses the call. */
import { gplOnlyCalls } from '../helpers/certain-calls';
import { isGplCompatible, licenseFix, licenseOf } from '../helpers/license';
import type { Check } from './check';

export const helperLicense: Check = {
  code: 'helper-license',
  sourceOnly: true,
  run: (view) => {
    const license = licenseOf(view.source);
    if (license.kind !== 'declared' || isGplCompatible(license.value)) return [];
    const fix = licenseFix(view.source);
    return gplOnlyCalls(view).map(({ helper, callee, span }) => ({
      code: 'helper-license',
      span,
      severity: 'error',
      dependsOnKernel: false,
      message: `${callee === helper ? helper : `${callee} calls ${helper}, which`} is only for programs with a GPL compatible license, and "${license.value}" is none: the verifier refuses the program.`,
      fixes: fix === undefined ? [] : [fix],
      related: [{ span: license.span, message: 'The license is declared here.' }],
    }));
  },
};
