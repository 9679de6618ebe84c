/** A map that libbpf or the kernel refuses to make as it is defined: no program of the object loads. */
import { mapDefinitions } from '../maps/definition';
import { mapProblems } from '../maps/rules';
import type { Check } from './check';

export const mapDefinition: Check = {
  code: 'map-definition',
  run: (view) =>
    mapDefinitions(view.source).flatMap((definition) =>
      mapProblems(view, definition).map(({ span, message, severity, dependsOnKernel, fixes }) => ({
        code: 'map-definition',
        span,
        message,
        severity,
        dependsOnKernel,
        fixes,
      })),
    ),
};
