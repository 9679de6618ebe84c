/** Completion: what stands at the cursor decides which file here answers. What needs no parser is in early.ts. */
import { cursorContext } from '../../analysis/cursor';
import type { CoreMemberCursor, MemberCursor } from '../../analysis/cursor-model';
import type { BinaryStore } from '../../binaries/store';
import type { TextView } from '../../session/session';
import type { DocumentView } from '../../view';
import { completeBinary } from './binary';
import { completeMember, completeIndex } from './ctx-members';
import { completeCtxType } from './ctx-type';
import { completeExtern, completeExternUse } from './extern';
import { completeHandler } from './handler';
import { completeHelper } from './helper';
import type { CompletionList } from './item';
import { completeKfunc } from './kfunc';
import { completeMapDefinition } from './map-definition';
import { completeMapValues } from './map-values';
import { completeMembers } from './members';
import { completeReturn } from './return-value';
import { completeSection } from './section';
import { completeOperations } from './struct-ops';
import { sectionCursorIn } from './section-cursor';

const nothing: CompletionList = { items: [], incomplete: false };

/** What is read from files of this machine: the target of a uprobe. */
export async function completeFromFiles(
  view: TextView,
  offset: number,
  store: BinaryStore,
): Promise<CompletionList | undefined> {
  const cursor = sectionCursorIn(view.text, offset);
  return cursor && completeBinary(store, cursor);
}

export function complete(view: DocumentView, offset: number): CompletionList {
  const cursor = cursorContext(view.source, offset);
  switch (cursor.kind) {
    case 'section':
      return completeSection(view, cursor);
    case 'after-section':
      return { items: completeHandler(view, cursor), incomplete: false };
    case 'parameter':
      return { items: completeCtxType(view, cursor), incomplete: false };
    case 'member':
    case 'core-member':
      return memberList(view, cursor, offset);
    case 'index':
      return { items: completeIndex(view, cursor), incomplete: false };
    case 'none':
      return (
        completeMapDefinition(view, offset) ??
        completeMapValues(view, offset) ??
        completeOperations(view, offset) ??
        completeExtern(view, offset) ??
        completeExternUse(view, offset) ??
        completeReturn(view, offset) ??
        functionList(view, offset) ??
        completeMembers(view, offset) ??
        nothing
      );
  }
}

/** Helpers, which clangd knows too, and kfuncs; behind them those that are refused. */
function functionList(view: DocumentView, offset: number): CompletionList | undefined {
  const helpers = view.besideClangd ? undefined : completeHelper(view, offset);
  const kfuncs = completeKfunc(view, offset);
  if (helpers === undefined && kfuncs === undefined) return undefined;
  const lists = [helpers, kfuncs].filter((list) => list !== undefined);
  const items = [...lists.flatMap(({ callable }) => callable), ...lists.flatMap(({ refused }) => refused)];
  return { items, incomplete: true };
}

/** Of the event's record as its format names them; behind those, and of everything else, as their structs do. */
function memberList(
  view: DocumentView,
  cursor: MemberCursor | CoreMemberCursor,
  offset: number,
): CompletionList {
  const items = completeMember(view, cursor);
  const others = items.length === 0 ? completeMembers(view, offset) : undefined;
  return others ?? { items, incomplete: true };
}
