/** Elements in one expression. Text is always text: nothing that comes from a host is parsed as HTML. */

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  setAttributes(made, attributes);
  made.append(...children);
  return made;
}

/** Undefined and false take an attribute away; true sets it without a value. Those of ARIA say `true` and `false`. */
export function setAttributes(target: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'boolean' && name.startsWith('aria-')) target.setAttribute(name, String(value));
    else if (value === undefined || value === false) target.removeAttribute(name);
    else target.setAttribute(name, value === true ? '' : String(value));
  }
}

/** Changes the text only if it is another one: what a user has selected stays selected. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

const SVG = 'http://www.w3.org/2000/svg';

/** A picture of 16 by 16 from one path, in the colour of the text. */
export function icon(path: string): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  setAttributes(svg, { viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true' });
  const shape = document.createElementNS(SVG, 'path');
  shape.setAttribute('d', path);
  svg.append(shape);
  return svg;
}

export const count = (value: number): string => value.toLocaleString('en');
