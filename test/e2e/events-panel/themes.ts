/** One theme of VS Code of each kind, by what the setting calls it. */
export const themes = [
  'Light 2026',
  'Dark 2026',
  'Default High Contrast',
  'Default High Contrast Light',
] as const;
