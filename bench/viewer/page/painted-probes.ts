/** When the page was told of events that carry a number, and when it had painted them. */
import type { Page } from 'playwright-core';

export const PROBE = 'paint.probe';

export interface Seen {
  /** When the message of the live stream came, and the frame after the one that showed the row: Unix epoch, milliseconds. */
  readonly told: Readonly<Record<string, number>>;
  readonly painted: Readonly<Record<string, number>>;
}

/** To be run in a page before its own scripts. The frame after the one that shows a row begins when that one is painted. */
const WATCH = `(() => {
  const seen = { told: {}, painted: {} };
  window.probes = seen;
  const Source = EventSource;
  window.EventSource = class extends Source {
    addEventListener(type, listener) {
      super.addEventListener(type, (event) => {
        if (type === 'rows') {
          const now = Date.now();
          for (const [, n] of event.data.matchAll(/"probe":(\\d+)/g)) seen.told[n] ??= now;
        }
        listener(event);
      });
    }
  };
  const look = () => {
    const shown = [...document.querySelectorAll('.cell.summary')].map((cell) => /probe=(\\d+)/.exec(cell.textContent)?.[1]);
    const fresh = shown.filter((n) => n !== undefined && seen.painted[n] === undefined);
    if (fresh.length > 0) requestAnimationFrame(() => {
      const now = Date.now();
      for (const n of fresh) seen.painted[n] ??= now;
    });
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
})()`;

export async function watchProbes(page: Page): Promise<() => Promise<Seen>> {
  await page.addInitScript(WATCH);
  return () => page.evaluate('probes');
}
