import { type EventRecord, type TestLogger, testLogger } from '../../src/testing.ts';
import { nanosOf } from './originals.ts';

type Fields = Record<string, unknown>;

/** One call of event-tracking's tracker. */
export interface Step {
  readonly emit?: readonly [name?: string, data?: Fields];
  readonly enter?: readonly [name: string, context: Fields];
  readonly exit?: string;
  readonly context?: readonly [name: string, context: Fields];
  readonly steps?: readonly Step[];
}

export interface EdxInput {
  readonly now: string;
  readonly steps: readonly Step[];
  readonly processors?: unknown;
  readonly maxEventSize?: number;
}

/** Takes the steps on a logger; returns the records of what was emitted. */
export async function recordsOfSteps({ now, steps }: EdxInput): Promise<readonly EventRecord[]> {
  const events = testLogger({ diagnosticLogger: { warn() {}, error() {} } });
  try {
    events.context({}, () => takeSteps(events, steps, nanosOf(now)));
  } finally {
    await events.close();
  }
  return events.records;
}

function takeSteps(events: TestLogger, steps: readonly Step[], timestamp: bigint): void {
  for (const { emit, enter, exit, context, steps: inner = [] } of steps) {
    if (emit !== undefined) events.log(emit[0] ?? '', emit[1], { timestamp });
    else if (enter !== undefined) events.enterContext(...enter);
    else if (exit !== undefined) events.exitContext(exit);
    else if (context !== undefined) events.context(...context, () => takeSteps(events, inner, timestamp));
  }
}
