import type { Figures } from './figures.ts';

const WIDTH = 640;
const HEIGHT = 320;
/** Of the field in which the lines run. */
const LEFT = 64;
const RIGHT = 592;
const TOP = 56;
const BOTTOM = 264;

/** Legible on light and dark pages: an SVG in an `img` knows which the reader prefers. */
const STYLE = `text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 }
.grid { stroke: #8c959f; stroke-opacity: .35 }
.append { stroke: #0969da } .drain { stroke: #bc4c00 }
.append, .drain { fill: none; stroke-width: 2.5 }
.append-dot, .append-name { fill: #0969da } .drain-dot, .drain-name { fill: #bc4c00 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .append { stroke: #58a6ff } .drain { stroke: #ffa657 }
  .append-dot, .append-name { fill: #58a6ff } .drain-dot, .drain-name { fill: #ffa657 }
}`;

/** A chart of the CPU an event costs by the size of the backlog, as SVG; at least two figures. */
export function chart(figures: readonly Figures[]): string {
  const highest = Math.max(...figures.flatMap(({ appendUs, drainUs }) => [appendUs, drainUs]));
  const step = stepFor(highest);
  const steps = Math.ceil(highest / step);
  const [first, last] = [figures[0], figures.at(-1)] as [Figures, Figures];
  const decades = Math.log10(last.count / first.count);
  const x = (count: number): number =>
    round(LEFT + ((RIGHT - LEFT) * Math.log10(count / first.count)) / decades);
  const y = (us: number): number => round(BOTTOM - ((BOTTOM - TOP) * us) / (steps * step));
  const series = (name: 'append' | 'drain', us: (figure: Figures) => number): string[] => [
    `<polyline class="${name}" points="${figures.map((figure) => `${x(figure.count)},${y(us(figure))}`).join(' ')}"/>`,
    ...figures.map(
      (figure) => `<circle class="${name}-dot" cx="${x(figure.count)}" cy="${y(us(figure))}" r="4"/>`,
    ),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">`,
    `<title>CPU an event, from ${thousands(first.count)} to ${thousands(last.count)} events of backlog</title>`,
    `<style>${STYLE}</style>`,
    `<text class="title" x="${LEFT}" y="24">CPU an event, in µs, by the size of the backlog</text>`,
    `<text class="append-name" x="${LEFT}" y="44">● append while the sink is down</text>`,
    `<text class="drain-name" x="${LEFT + 230}" y="44">● drain when it is back</text>`,
    ...Array.from({ length: steps + 1 }, (_, index) =>
      horizontal(y(index * step), String(round(index * step))),
    ),
    ...figures.map(({ count }) => label(x(count), BOTTOM + 22, thousands(count))),
    label((LEFT + RIGHT) / 2, BOTTOM + 46, 'events of backlog (logarithmic)'),
    ...series('append', ({ appendUs }) => appendUs),
    ...series('drain', ({ drainUs }) => drainUs),
    '</svg>\n',
  ].join('\n');
}

function horizontal(y: number, text: string): string {
  const line = `<line class="grid" x1="${LEFT}" y1="${y}" x2="${RIGHT}" y2="${y}"/>`;
  return `${line}<text x="${LEFT - 8}" y="${round(y + 4)}" text-anchor="end">${text}</text>`;
}

function label(x: number, y: number, text: string): string {
  return `<text x="${x}" y="${y}" text-anchor="middle">${text}</text>`;
}

/** A round step that needs four to eight lines. */
function stepFor(highest: number): number {
  const decade = 10 ** Math.floor(Math.log10(highest));
  return [0.1, 0.2, 0.5, 1, 2].map((factor) => factor * decade).find((step) => highest / step <= 8) ?? decade;
}

function thousands(count: number): string {
  return count.toLocaleString('en');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
