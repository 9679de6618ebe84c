/** Hover on a map: its name where it is defined and used, and the words of its definition. */
import { isInComment } from '../analysis/cursor-tokens';
import type { Span } from '../analysis/model';
import { describeMap, describeMapWord } from '../describe/map';
import { mapDefinition, type MapBody, type MapField } from '../maps/definition';
import { contains, type DocumentView } from '../view';
import type { Hover } from './hover';
import { wordAt } from './word';

export function mapHover(view: DocumentView, offset: number): Hover | undefined {
  const { text, source, kernel } = view;
  const word = wordAt(text, offset);
  if (word === undefined || source.maps.length === 0 || isInComment(text, word.end)) return undefined;
  const name = text.slice(word.start, word.end);
  const own = source.maps.filter((one) => one.name === name);
  const [map] = own;
  if (map !== undefined && own.length === 1 && isMapName(text, word, map.nameSpan)) {
    const definition = mapDefinition(source, map);
    const markdown = definition && describeMap(view, definition);
    return markdown === undefined ? undefined : { markdown, span: word };
  }
  const around = source.lookup.at(offset).maps.find(({ span }) => contains(span, offset));
  const definition = around && mapDefinition(source, around);
  const field = definition && fieldAt(definition, offset);
  const isTold = field && (contains(field.nameSpan, offset) || /^(?:type|map_flags)$/.test(field.name));
  const markdown = isTold ? describeMapWord(name, kernel.index.types) : undefined;
  return markdown === undefined ? undefined : { markdown, span: word };
}

/** The name of the definition itself, or `&name`. */
function isMapName(text: string, word: Span, name: Span): boolean {
  return (
    word.start === name.start || /(?<!&)&\s*$/.test(text.slice(Math.max(0, word.start - 20), word.start))
  );
}

/** The innermost one. */
function fieldAt({ fields }: MapBody, offset: number): MapField | undefined {
  const field = fields.find(({ span }) => contains(span, offset));
  return (field?.inner && fieldAt(field.inner, offset)) ?? field;
}
