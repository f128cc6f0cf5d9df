import { once } from 'node:events';

/** What a program was started to do, by `runProgram`. */
export function readJob<Job>(): Job {
  // Who started it is gone: nobody waits for the result.
  process.on('disconnect', () => process.exit(1));
  return JSON.parse(process.argv[2] as string) as Job;
}

/** Tells who started the program that it has come to `stage`, and waits to be told to go on. */
export async function reachStage(stage: string): Promise<void> {
  process.send?.({ stage });
  await once(process, 'message');
}

/** Hands the result over and ends the process, whatever timers and sockets are still open. */
export function finish(result: object): void {
  process.send?.({ result }, () => process.exit());
}
