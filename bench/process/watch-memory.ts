/** The resident memory of this process since the watch began. */
export interface MemoryWatch {
  /** The most since the watch began or this was last asked, above what it was when it began. */
  readonly grownMiB: () => number;
  /** Of the process, whenever it was. */
  readonly peakMiB: () => number;
  readonly stop: () => void;
}

const SAMPLE_MS = 100;

export function watchMemory(): MemoryWatch {
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, SAMPLE_MS);
  return {
    grownMiB: () => {
      const grown = Math.max(most, process.memoryUsage.rss()) - before;
      most = before;
      return grown / 1024 ** 2;
    },
    // What the kernel has seen, in KiB: no sample can miss it.
    peakMiB: () => process.resourceUsage().maxRSS / 1024,
    stop: () => clearInterval(timer),
  };
}
