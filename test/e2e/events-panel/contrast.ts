/** Whether text can be read: its colour against what is behind it, as WCAG 2 measures it. */

/** What of a browser is used inside the webview; the tests have no DOM of their own. */
interface Styled {
  readonly parentElement: Styled | null;
  readonly textContent: string | null;
  readonly className: string;
  readonly childNodes: Iterable<{ readonly nodeType: number; readonly textContent: string | null }>;
  querySelectorAll(selector: string): Iterable<Styled>;
  checkVisibility(options: object): boolean;
}
interface Browser {
  readonly getComputedStyle: (element: Styled) => {
    readonly color: string;
    readonly backgroundColor: string;
    readonly opacity: string;
  };
}

export interface Contrast {
  /** Of the element: what the style sheet knows it by. */
  readonly name: string;
  readonly text: string;
  /** 1 to 21. */
  readonly ratio: number;
}

/** To be evaluated in the page: of each element below this one with text of its own that is shown. */
export function measureContrast(root: unknown): readonly Contrast[] {
  const { getComputedStyle } = globalThis as unknown as Browser;
  type Color = readonly [red: number, green: number, blue: number, alpha: number];
  const parse = (text: string): Color => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
    return [red, green, blue, alpha];
  };
  const over = ([r, g, b, a]: Color, [R, G, B]: Color): Color => [
    ...([r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)] as const),
    1,
  ];
  const background = (element: Styled | null): Color => {
    if (element === null) return [255, 255, 255, 1];
    const own = parse(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, background(element.parentElement));
  };
  const luminance = ([r, g, b]: Color): number => {
    const [R, G, B] = [r, g, b].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * (R ?? 0) + 0.7152 * (G ?? 0) + 0.0722 * (B ?? 0);
  };
  const opacity = (element: Styled | null): number =>
    element === null ? 1 : Number(getComputedStyle(element).opacity) * opacity(element.parentElement);
  const found: Contrast[] = [];
  for (const element of (root as Styled).querySelectorAll('*')) {
    const text = [...element.childNodes]
      .filter(({ nodeType }) => nodeType === 3)
      .map((node) => node.textContent ?? '')
      .join('')
      .trim();
    if (text === '' || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
      continue;
    const behind = background(element);
    const [r, g, b, a] = parse(getComputedStyle(element).color);
    const color = over([r, g, b, a * opacity(element)], behind);
    const [light = 0, dark = 0] = [luminance(color), luminance(behind)].sort((x, y) => y - x);
    found.push({ name: element.className, text, ratio: (light + 0.05) / (dark + 0.05) });
  }
  return found;
}
