/** Findings as the protocol's diagnostics, and their fixes as code actions. */
import type { CodeAction, Diagnostic, DiagnosticSeverity as Severity } from 'vscode-languageserver-types';
import type { Finding } from '../checks/check';
import { toRange, type Positions } from './convert';
import { CodeActionKind, DiagnosticSeverity } from './kinds';

const severities: Record<Finding['severity'], Severity> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

export interface DiagnosticContext {
  readonly uri: string;
  readonly positions: Positions;
  readonly page?: ((code: string) => string) | undefined;
}

export function toDiagnostic(finding: Finding, { uri, positions, page }: DiagnosticContext): Diagnostic {
  return {
    range: toRange(positions, finding.span),
    severity: severities[finding.severity],
    source: 'ebpf',
    code: finding.code,
    message: finding.message,
    ...(page && { codeDescription: { href: page(finding.code) } }),
    ...(finding.related && {
      relatedInformation: finding.related.map(({ span, message }) => ({
        location: { uri, range: toRange(positions, span) },
        message,
      })),
    }),
  };
}

export function toCodeActions(findings: readonly Finding[], context: DiagnosticContext): CodeAction[] {
  return findings.flatMap((finding) => {
    const diagnostics = [toDiagnostic(finding, context)];
    return finding.fixes.map((fix): CodeAction => ({
      title: fix.title,
      kind: CodeActionKind.QuickFix,
      diagnostics,
      isPreferred: fix.preferred,
      edit: {
        changes: {
          [context.uri]: fix.edits.map(({ span, newText }) => ({
            range: toRange(context.positions, span),
            newText,
          })),
        },
      },
    }));
  });
}
