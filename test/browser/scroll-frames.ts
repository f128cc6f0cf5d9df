import type { Page } from 'playwright-core';

/** Scrolls through the list of the page, with jumps to elsewhere. @returns how long each frame took, in milliseconds, the shortest first */
export function scrollFrames(page: Page): Promise<number[]> {
  return page.evaluate(`new Promise((resolve) => {
    const list = document.querySelector('.list');
    const times = [];
    let last = performance.now();
    const step = (now) => {
      times.push(now - last);
      last = now;
      list.scrollTop += times.length % 60 === 0 ? -2000000 * (times.length % 120 ? 1 : -1) : 120;
      if (times.length < 240) requestAnimationFrame(step);
      else resolve(times.slice(1).sort((a, b) => a - b));
    };
    requestAnimationFrame(step);
  })`);
}
