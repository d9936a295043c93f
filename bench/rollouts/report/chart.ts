import type { Cell } from '../cell.ts';
import { BUDGET, POLICIES } from '../policies/all.ts';
import { part, type Summary } from '../summary.ts';

/** The candidate of the left panel. */
const STABLE = 0.001;
const CANDIDATE = 0.05;
const RATES = [10, 100, 1000, 10_000];
const COLOURS = [
  '#0b6e4f',
  '#2a9d8f',
  '#6bbf59',
  '#b23a48',
  '#e07a5f',
  '#7b2d8b',
  '#b57edc',
  '#3a6ea5',
  '#8d6e63',
  '#555555',
];
const PANEL = { top: 60, height: 300, left: 80, width: 400, right: 640, bar: 300 };
const LARGEST_LOG = 6;

/** Left: what a bad release costs by request rate. Right: how often a sound one is rolled back. */
export function chart(cells: readonly Cell[], summaries: readonly Summary[]): string {
  const parts = [...axes(), ...budgetLine(), ...POLICIES.flatMap((_, index) => curve(index, cells, summaries))];
  const bars = POLICIES.flatMap((_, index) => bar(index, cells, summaries));
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1040 640" font-family="sans-serif" font-size="12">',
    '<rect width="1040" height="640" fill="white"/>',
    ...parts,
    ...bars,
    '</svg>',
    '',
  ].join('\n');
}

function axes(): string[] {
  const { top, height, left, width, right } = PANEL;
  const rows = Array.from({ length: LARGEST_LOG + 1 }, (_, power) => {
    const y = yOf(10 ** power);
    return `<line x1="${left}" y1="${y}" x2="${left + width}" y2="${y}" stroke="#ddd"/><text x="${left - 8}" y="${y + 4}" text-anchor="end">${(10 ** power).toLocaleString('en-US')}</text>`;
  });
  const columns = RATES.map(
    (rate) =>
      `<text x="${xOf(rate)}" y="${top + height + 18}" text-anchor="middle">${rate.toLocaleString('en-US')}/s</text>`,
  );
  return [
    text(left, 24, `Failed requests by a candidate of ${CANDIDATE * 100} % beside ${STABLE * 100} %`, 'bold'),
    text(left, 42, 'mean, within an hour of the beginning, by request rate'),
    text(right, 24, 'Sound releases rolled back', 'bold'),
    text(right, 42, 'worst cell with equal versions, from 10/s on; colours as below left'),
    ...rows,
    ...columns,
  ];
}

function budgetLine(): string[] {
  const y = yOf(BUDGET);
  const { left, width } = PANEL;
  return [`<line x1="${left}" y1="${y}" x2="${left + width}" y2="${y}" stroke="#0b6e4f" stroke-dasharray="5 4"/>`];
}

function curve(index: number, cells: readonly Cell[], summaries: readonly Summary[]): string[] {
  const points = RATES.flatMap((rate) => {
    const cell = cells.find(
      (one) => isPlain(one) && one.rate === rate && one.stable === STABLE && one.candidate === CANDIDATE,
    );
    const found = summaries.find((one) => one.cell === cell?.name && one.policy === POLICIES[index]?.name);
    return found ? [`${xOf(rate)},${yOf(found.failedInHour.mean).toFixed(1)}`] : [];
  });
  const stroke = COLOURS[index] ?? 'black';
  const wide = POLICIES[index]?.ours ? 3 : 1.5;
  const legend = PANEL.top + PANEL.height + 50 + index * 20;
  return [
    `<polyline points="${points.join(' ')}" fill="none" stroke="${stroke}" stroke-width="${wide}"/>`,
    ...points.map(
      (point) => `<circle cx="${point.split(',')[0]}" cy="${point.split(',')[1]}" r="3" fill="${stroke}"/>`,
    ),
    `<rect x="${PANEL.left}" y="${legend - 10}" width="12" height="12" fill="${stroke}"/>`,
    text(PANEL.left + 20, legend, POLICIES[index]?.name ?? ''),
  ];
}

function bar(index: number, cells: readonly Cell[], summaries: readonly Summary[]): string[] {
  const equal = cells
    .filter((cell) => isPlain(cell) && cell.group === 'equal' && cell.rate >= 10)
    .map(({ name }) => name);
  const rows = summaries.filter((one) => one.policy === POLICIES[index]?.name && equal.includes(one.cell));
  const worst = Math.max(0, ...rows.map((one) => part(one, 'rolledBack')));
  const y = PANEL.top + index * 30;
  return [
    `<rect x="${PANEL.right}" y="${y}" width="${Math.max(1, worst * PANEL.bar).toFixed(1)}" height="18" fill="${COLOURS[index] ?? 'black'}"/>`,
    text(PANEL.right + worst * PANEL.bar + 8, y + 13, `${Number((worst * 100).toPrecision(2))} %`),
  ];
}

function isPlain(cell: Cell): boolean {
  return cell.variant === undefined;
}

function xOf(rate: number): number {
  return PANEL.left + 30 + ((Math.log10(rate) - 1) / 3) * (PANEL.width - 60);
}

function yOf(value: number): number {
  return PANEL.top + PANEL.height - (Math.log10(Math.max(1, value)) / LARGEST_LOG) * PANEL.height;
}

function text(x: number, y: number, words: string, weight = 'normal'): string {
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<text x="${x.toFixed(0)}" y="${y}" font-weight="${weight}">${escaped}</text>`;
}
