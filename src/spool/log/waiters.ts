/** Callers who wait until every record before a position is as safe as `durability` says. */
export class Waiters {
  #waiting: { readonly position: number; readonly resolve: () => void }[] = [];

  get areNone(): boolean {
    return this.#waiting.length === 0;
  }

  until(position: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ position, resolve }));
  }

  /** Lets those go on who wait for a position up to this one: every record before `position` is safe. */
  reached(position: number): void {
    if (this.areNone) return;
    const done = this.#waiting.filter((waiter) => waiter.position <= position);
    this.#waiting = this.#waiting.filter((waiter) => waiter.position > position);
    for (const { resolve } of done) resolve();
  }
}
