/** Those who wait until all before a position has reached its level. */
export class Waiters {
  #waiting: { readonly position: number; readonly resolve: () => void }[] = [];

  get areNone(): boolean {
    return this.#waiting.length === 0;
  }

  until(position: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ position, resolve }));
  }

  /** All before `position` has. */
  reached(position: number): void {
    if (this.areNone) return;
    const done = this.#waiting.filter((waiter) => waiter.position <= position);
    this.#waiting = this.#waiting.filter((waiter) => waiter.position > position);
    for (const { resolve } of done) resolve();
  }
}
