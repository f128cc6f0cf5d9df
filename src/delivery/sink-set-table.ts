/** Choices of sinks are made in code, so they are few; beyond this they are worked out anew. */
const MAX_CHOICES = 1000;

/** Remembers the sinks for each outlet, and for each choice of sinks that calls have made. */
export class SinkSetTable<SinkSet> {
  readonly #all = new Map<unknown, SinkSet>();
  readonly #chosen = new Map<unknown, Map<string, SinkSet>>();

  /** @param sinks - names of the sinks that are wanted; undefined: all */
  get(outlet: unknown, sinks: readonly string[] | undefined): SinkSet | undefined {
    if (sinks === undefined) return this.#all.get(outlet);
    return this.#chosen.get(outlet)?.get(sinks.join('\n'));
  }

  set(outlet: unknown, sinks: readonly string[] | undefined, sinkSet: SinkSet): void {
    if (sinks === undefined) {
      this.#all.set(outlet, sinkSet);
      return;
    }
    const choices = this.#chosen.get(outlet) ?? new Map<string, SinkSet>();
    if (choices.size >= MAX_CHOICES) choices.clear();
    choices.set(sinks.join('\n'), sinkSet);
    this.#chosen.set(outlet, choices);
  }
}
