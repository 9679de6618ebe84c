/** Blanks the comments of a header, so that what is found in it is a definition and not talk about one. */

/** Comments become blanks of the same length, newlines stay; a text without comments comes back as it is. */
export function blankComments(text: string): string {
  const parts: string[] = [];
  let copied = 0;
  let block = text.indexOf('/*');
  let line = text.indexOf('//');
  for (let at = 0; block >= 0 || line >= 0;) {
    if (block >= 0 && block < at) block = text.indexOf('/*', at);
    if (line >= 0 && line < at) line = text.indexOf('//', at);
    const isBlock = block >= 0 && (line < 0 || block < line);
    const start = isBlock ? block : line;
    if (start < 0) break;
    if (isInString(text, start)) {
      at = start + 2;
      continue;
    }
    const end = isBlock ? after(text, '*/', start + 2) : before(text, '\n', start + 2);
    parts.push(text.slice(copied, start), text.slice(start, end).replace(/[^\n]/g, ' '));
    copied = at = end;
  }
  return copied === 0 ? text : parts.join('') + text.slice(copied);
}

/** Whether a string literal is open at an offset of its line. */
function isInString(text: string, offset: number): boolean {
  const head = text.slice(text.lastIndexOf('\n', offset) + 1, offset);
  return head.includes('"') && (head.replace(/\\.|'"'/g, '').split('"').length - 1) % 2 === 1;
}

function after(text: string, token: string, from: number): number {
  const at = text.indexOf(token, from);
  return at < 0 ? text.length : at + token.length;
}

function before(text: string, token: string, from: number): number {
  const at = text.indexOf(token, from);
  return at < 0 ? text.length : at;
}
