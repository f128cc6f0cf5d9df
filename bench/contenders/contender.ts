/** One way for events to leave a process, behind the same three calls for all. */
export interface Contender {
  /** Logs event number `seq`, with the data of `numberedData(seq)`. */
  readonly log: (seq: number) => void;
  /** Resolves when the contender says that everything logged before was delivered. */
  readonly flush: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * What the file of a contender exports as `start`.
 * @param sinkUrl - base URL of the sink, without a slash at the end
 * @param directory - empty, its own; removed afterwards
 */
export type Start<Options = unknown> = (sinkUrl: string, directory: string, options: Options) => Contender;
