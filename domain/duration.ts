/** Words for a length of time given in seconds: `45 s`, `5 min`, `1 h 30 min`. */
export function duration(seconds: number): string {
  if (Math.round(seconds) < 60) return `${Math.round(seconds)} s`;
  const tenths = Math.round(seconds / 6);
  const hours = Math.floor(tenths / 600);
  const minutes = (tenths % 600) / 10;
  return [hours > 0 ? `${hours} h` : '', minutes > 0 ? `${minutes} min` : ''].filter(Boolean).join(' ');
}
