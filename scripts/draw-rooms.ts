import { roomOf, sourcesIn } from './sources-in.ts';

const [BEGIN, END] = ['<!-- rooms: drawn by npm run docs:architecture -->', '<!-- /rooms -->'];

/** A text with the picture of the rooms of `src` between its marks. */
export function withRooms(text: string, src: string): string {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`wanted ${BEGIN} and ${END} in the text`);
  return `${before}${BEGIN}\n\n\`\`\`mermaid\n${drawRooms(src)}\n\`\`\`\n\n${END}${after}`;
}

/**
 * Which room imports which, as a Mermaid flowchart. An arrow that follows from two others is left out: what is above
 * may import everything that it leads to.
 */
export function drawRooms(src: string): string {
  const arrows = arrowsIn(src);
  const lines = [...arrows.keys()].sort().flatMap((from) => {
    const direct = arrows.get(from) ?? new Set();
    return [...direct]
      .sort()
      .filter((to) => ![...direct].some((via) => via !== to && reaches(arrows, via, to)))
      .map((to) => `  ${from} --> ${to}`);
  });
  return ['flowchart TD', ...lines].join('\n');
}

type Arrows = ReadonlyMap<string, ReadonlySet<string>>;

function arrowsIn(src: string): Arrows {
  const arrows = new Map<string, Set<string>>();
  for (const { file, imports } of sourcesIn(src)) {
    const from = roomOf(file);
    if (from === '') continue;
    const targets = arrows.get(from) ?? new Set();
    arrows.set(from, targets);
    for (const to of imports.map(roomOf)) if (to !== '' && to !== from) targets.add(to);
  }
  return arrows;
}

function reaches(arrows: Arrows, from: string, to: string): boolean {
  return [...(arrows.get(from) ?? [])].some((next) => next === to || reaches(arrows, next, to));
}
