/** What was measured of whom, one value a round; who failed is missing. */
export type Rounds<Name extends string, Value> = Partial<Record<Name, Value[]>>;

/** Someone who could not be measured. */
export interface Failure {
  readonly part: string;
  readonly contender: string;
  readonly message: string;
}

/** What an interleaved part of a run is made of. */
export interface Part<Name extends string, Value> {
  readonly name: string;
  readonly contenders: readonly Name[];
  readonly rounds: number;
  readonly measure: (contender: Name) => Promise<Value>;
  readonly onFailure: (failure: Failure) => void;
}

/**
 * Measures A B C … A B C …, so that what else the machine does hits all alike. Who fails in one round is left out
 * of the rest.
 */
export async function interleave<Name extends string, Value>(
  part: Part<Name, Value>,
): Promise<Rounds<Name, Value>> {
  const { name, contenders, rounds, measure, onFailure } = part;
  const values: Rounds<Name, Value> = Object.fromEntries(
    contenders.map((contender) => [contender, []]),
  ) as never;
  for (let round = 1; round <= rounds; round++) {
    for (const contender of contenders) {
      const own: Value[] | undefined = values[contender];
      if (own === undefined) continue;
      console.error(`${name}, round ${round} of ${rounds}: ${contender}`);
      try {
        own.push(await measure(contender));
      } catch (error) {
        delete values[contender];
        onFailure({ part: name, contender, message: (error as Error).message });
      }
    }
  }
  return values;
}
