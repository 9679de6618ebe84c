/**
 * Where the compiled object and the source speak of the same thing, the object is right: what the source is said to lack is
 * there, or the verifier never comes to it. Where both see the lack, the source's sentence stays: it has the fixes.
 */
import { essentialName } from '#core/object/essential-name';
import type { Finding } from '../checks/check';
import type { DocumentView } from '../view';
import { withCtxReads } from './ctx-reads';
import { stackFindings } from './stack';
import { verdictOf } from './verdict';

const aboutMembers: readonly string[] = ['unknown-field', 'ctx-unknown-field'];

/** Of one kernel. */
export function settled(view: DocumentView, findings: readonly Finding[]): readonly Finding[] {
  const verdict = verdictOf(view);
  if (!verdict) return findings;
  const lacking = new Set(
    verdict.programs.flatMap(({ obstacles }) =>
      obstacles
        .filter(({ reached }) => reached !== 'no')
        .flatMap(({ relocated }) => relocated.local?.steps.flatMap(({ name }) => name ?? []) ?? []),
    ),
  );
  const textAt = ({ span }: Finding): string => essentialName(view.text.slice(span.start, span.end));
  const kept = withCtxReads(view, verdict, findings).filter(
    (one) => !aboutMembers.includes(one.code) || lacking.has(textAt(one)),
  );
  const said = new Set(kept.flatMap((one) => (aboutMembers.includes(one.code) ? [placeKey(one)] : [])));
  return [
    ...kept.filter((one) => one.code !== 'core-relocation' || !said.has(placeKey(one))),
    ...stackFindings(view, verdict),
  ];
}

const placeKey = ({ span }: Finding): string => `${span.start} ${span.end}`;
