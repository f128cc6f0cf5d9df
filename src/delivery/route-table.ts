/** Choices of sinks are made in code, so they are few; beyond this they are worked out anew. */
const MAX_CHOICES = 1000;

/** Remembers the route for each destination, and for each choice of sinks that calls have made. */
export class RouteTable<Route> {
  readonly #all = new Map<unknown, Route>();
  readonly #chosen = new Map<unknown, Map<string, Route>>();

  /** @param sinks - names of the sinks that are wanted; undefined: all */
  get(destination: unknown, sinks: readonly string[] | undefined): Route | undefined {
    if (sinks === undefined) return this.#all.get(destination);
    return this.#chosen.get(destination)?.get(sinks.join('\n'));
  }

  set(destination: unknown, sinks: readonly string[] | undefined, route: Route): void {
    if (sinks === undefined) {
      this.#all.set(destination, route);
      return;
    }
    const choices = this.#chosen.get(destination) ?? new Map<string, Route>();
    if (choices.size >= MAX_CHOICES) choices.clear();
    choices.set(sinks.join('\n'), route);
    this.#chosen.set(destination, choices);
  }
}
