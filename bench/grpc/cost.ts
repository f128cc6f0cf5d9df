/** What a server has cost. */
export interface Cost {
  /** A call. */
  readonly cpuUs: number;
  readonly rssBytes: number;
}
