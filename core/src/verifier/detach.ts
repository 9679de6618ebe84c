/** A string that does not keep the text alive that it was cut from. */
export function detach(text: string): string {
  return ` ${text}`.slice(1);
}
