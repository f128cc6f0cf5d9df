/** A program of its own, whose heap has nothing of what was filled and asked before: its pauses would be taken for those of the viewer. */
import { markdownTable } from '../report/markdown-table.ts';
import { liveFigures, liveRequests } from './live.ts';

/** As JSON, its argument. */
export interface LiveRun {
  readonly directory: string;
  /** Of which the rows in the directory are. */
  readonly days: number;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  /** In how many MiB the viewer is held, one after the other; `not`: it takes what it wants. */
  readonly held: readonly string[];
}

const { directory, days, seconds, rowsPerSecond, held } = JSON.parse(process.argv[2] as string) as LiveRun;
const requests = liveRequests(seconds, rowsPerSecond, days);
const lines: Record<string, string>[] = [];
for (const one of held) {
  const heldMib = one === 'not' ? undefined : Number(one);
  lines.push(await liveFigures({ directory, seconds, requests, heldMib }));
}
console.log(markdownTable(lines));
