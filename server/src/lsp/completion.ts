/** Completion items between our words and the protocol's. */
import type {
  CompletionItem as LspItem,
  CompletionItemKind as LspItemKind,
  CompletionList as LspList,
} from 'vscode-languageserver-types';
import * as v from 'valibot';
import type { CompletionItem, CompletionList, Subject } from '../features/completion/item';
import { toRange, type Positions } from './convert';
import { CompletionItemKind, InsertTextFormat } from './kinds';

const kinds: Record<CompletionItem['kind'], LspItemKind> = {
  section: CompletionItemKind.Keyword,
  category: CompletionItemKind.Module,
  event: CompletionItemKind.Event,
  type: CompletionItemKind.Struct,
  field: CompletionItemKind.Field,
  snippet: CompletionItemKind.Snippet,
  function: CompletionItemKind.Function,
  constant: CompletionItemKind.Constant,
};

/** What the client can do, as far as items depend on it. */
export interface CompletionAbilities {
  readonly snippets: boolean;
  /** It runs `editor.action.triggerSuggest` when an item that asks for it is accepted. */
  readonly reopens: boolean;
}

export const reopenCommand = 'editor.action.triggerSuggest';

export function toCompletionList(
  list: CompletionList,
  positions: Positions,
  abilities: CompletionAbilities,
): LspList {
  const items = list.items.filter((item) => abilities.snippets || !item.snippet);
  return {
    isIncomplete: list.incomplete,
    items: items.map((item, rank) => toItem(item, rank, positions, abilities)),
  };
}

function toItem(
  item: CompletionItem,
  rank: number,
  positions: Positions,
  abilities: CompletionAbilities,
): LspItem {
  const { labelDetail: detail, labelDescription: description } = item;
  return {
    label: item.label,
    kind: kinds[item.kind],
    sortText: String(rank).padStart(4, '0'),
    textEdit: { range: toRange(positions, item.replace), newText: item.newText },
    ...((detail !== undefined || description !== undefined) && {
      labelDetails: {
        ...(detail !== undefined && { detail }),
        ...(description !== undefined && { description }),
      },
    }),
    ...(item.detail !== undefined && { detail: item.detail }),
    ...(item.filterText !== undefined && { filterText: item.filterText }),
    ...(item.snippet && { insertTextFormat: InsertTextFormat.Snippet }),
    ...(item.additionalEdits && {
      additionalTextEdits: item.additionalEdits.map(({ span, newText }) => ({
        range: toRange(positions, span),
        newText,
      })),
    }),
    ...(item.reopen && abilities.reopens && { command: { title: 'Suggest', command: reopenCommand } }),
    ...(item.subject && { data: item.subject }),
  };
}

const text = v.string();
const subject = v.variant('kind', [
  v.object({ kind: v.literal('event'), category: text, name: text }),
  v.object({ kind: v.literal('field'), category: text, name: text, field: text }),
  v.object({ kind: v.literal('section'), name: text }),
  v.object({ kind: v.literal('helper'), name: text }),
  v.object({ kind: v.literal('map'), name: text }),
]);

/** What an item that came back from the client is about. */
export function subjectOf(item: LspItem): Subject | undefined {
  return v.is(subject, item.data) ? item.data : undefined;
}
