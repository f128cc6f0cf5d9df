import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Arrival } from '../contenders/contenders.ts';
import { type Arrived, Tally } from '../sink/tally.ts';

/** Counts what has really arrived of what a contender logged. */
export async function countArrivals(
  arrival: Exclude<Arrival, 'nowhere'>,
  sinkUrl: string,
  directory: string,
): Promise<Arrived> {
  if (arrival === 'sink') return JSON.parse(await fetchText(sinkUrl)) as Arrived;
  return inFile(path.join(directory, arrival.file));
}

function inFile(file: string): Arrived {
  const tally = new Tally();
  const content = readFileSync(file);
  tally.addRequest(content.length, () => {
    for (const line of content.toString('utf8').split('\n')) {
      if (line !== '') tally.add((JSON.parse(line) as { seq?: unknown }).seq);
    }
  });
  return tally.arrived;
}

/** Not `fetch`: loading it into the process would count as the contender's. */
function fetchText(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => text(response).then(resolve, reject)).on('error', reject);
  });
}
