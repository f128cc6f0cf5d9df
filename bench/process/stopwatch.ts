/** What has passed since a stopwatch was started; CPU is user and system time of all threads. */
export interface Elapsed {
  readonly cpuUs: number;
  readonly wallMs: number;
}

/** @returns what reads it */
export function startStopwatch(): () => Elapsed {
  const start = performance.now();
  const cpu = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { cpuUs: user + system, wallMs: performance.now() - start };
  };
}
