/** Names of people's making are shorter, and so are lists of them: what is longer is not compared. */
const MAX_LENGTH = 100;
const MAX_KNOWN = 1_000;

/**
 * The known name that `name` was most likely meant to be; undefined if none is near.
 * @param most - letters that may differ; by default two, or a third of them
 */
export function nearestName(name: string, known: readonly string[], most?: number): string | undefined {
  if (name.length > MAX_LENGTH || known.length > MAX_KNOWN) return undefined;
  const limit = most ?? Math.max(2, Math.floor(name.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of known) {
    // The distance is at least the difference: a name of a megabyte is not compared letter by letter.
    if (Math.abs(name.length - candidate.length) >= bestDistance) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Levenshtein distance, one row at a time. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const substitution = (row[j - 1] as number) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[right.length] as number;
}
