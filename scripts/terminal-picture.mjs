// Draws terminal output (with colours) as an SVG: node scripts/terminal-picture.mjs < output > docs/images/demo.svg
// Long lines are cut, so that the picture stays readable; the words are the program's own.
import { readFileSync } from 'node:fs';

const WIDTH = 118;
const LINE = 19;
const CHAR = 8.05;
const PADDING = 18;
const COLOURS = { 31: '#ff7b72', 32: '#7ee787', 33: '#e3b341', 36: '#79c0ff' };

const lines = readFileSync(0, 'utf8').trimEnd().split('\n').map(cut);
const height = lines.length * LINE + 2 * PADDING;
const width = Math.ceil(WIDTH * CHAR + 2 * PADDING);
const rows = lines.map((spans, i) => `<text x="${PADDING}" y="${PADDING + (i + 0.8) * LINE}">${spans}</text>`);

console.log(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${Math.ceil(height)}" role="img" aria-label="npm start: two releases are promoted, one is rolled back">
<style>text{font:13.4px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#e6edf3;white-space:pre}</style>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${rows.join('\n')}
</svg>`);

/** One line as coloured spans, each at its own column, at most WIDTH characters long. */
function cut(line) {
  let room = WIDTH;
  let style = '';
  let out = '';
  // eslint-disable-next-line no-control-regex -- the escape character is what begins a colour code
  for (const part of line.split(/(\u001b\[\d+m)/)) {
    // eslint-disable-next-line no-control-regex -- as above
    const code = /^\u001b\[(\d+)m$/.exec(part)?.[1];
    if (code !== undefined) style = styleOf(Number(code), style);
    else if (part !== '' && room > 0) {
      const text = part.length > room ? `${part.slice(0, room - 1)}…` : part;
      const indent = text.length - text.trimStart().length;
      const x = (PADDING + (WIDTH - room + indent) * CHAR).toFixed(1);
      room -= text.length;
      out += `<tspan x="${x}"${style}>${escaped(text.trim())}</tspan>`;
    }
  }
  return out;
}

function styleOf(code, before) {
  if (code === 1) return ' font-weight="bold"';
  return COLOURS[code] ? ` fill="${COLOURS[code]}"` : code === 22 || code === 39 || code === 0 ? '' : before;
}

function escaped(text) {
  // Spaces that do not break: not every renderer honours white-space.
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(' ', '\u00a0');
}
