/** Times of day as the table shows them, and as a file keeps them. Both with microseconds. */

/** 09:05:01.000250, in the time zone of this machine. */
export function timeOfDay(milliseconds: number): string {
  const date = new Date(milliseconds);
  const part = (value: number) => String(value).padStart(2, '0');
  return `${part(date.getHours())}:${part(date.getMinutes())}:${part(date.getSeconds())}.${micros(milliseconds)}`;
}

/** 2026-11-24T09:05:01.000250Z */
export function isoTime(milliseconds: number): string {
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) return '';
  return `${date.toISOString().slice(0, 19)}.${micros(milliseconds)}Z`;
}

/** The digits behind the second, cut as Date cuts them. */
function micros(milliseconds: number): string {
  return String(Math.floor((milliseconds - Math.floor(milliseconds / 1000) * 1000) * 1000)).padStart(6, '0');
}
