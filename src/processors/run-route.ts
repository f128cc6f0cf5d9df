import type { Event } from '../event.ts';
import { EventView } from './event-view.ts';
import type { Processor } from './processor.ts';

/** One branch of the way of events: what they pass, and where they go from there. */
export interface RouteNode {
  readonly processors: readonly Processor[];
  /** Names of sinks, and branches. */
  readonly to: readonly (string | RouteNode)[];
}

/** What becomes of one event. */
export interface Routed {
  /** What goes where; an event that no branch has changed is there once, the very same. */
  readonly sinks: ReadonlyMap<Event, readonly string[]>;
  /** The sinks that processors kept it from. */
  readonly refused: readonly Withheld[];
}

/** Sinks that a processor kept an event from. */
export interface Withheld {
  readonly sinks: readonly string[];
  readonly as: 'sampled' | 'filtered';
}

/** Told of a processor that threw, or gave back what is no event. */
export type OnFailure = (processor: string, cause: unknown) => void;

/**
 * Sends an event through all branches. Siblings get the same event, each as a view of its own. A processor
 * that fails is passed over: the event goes on as it is.
 * @param wanted - the sinks it is for; undefined: all. Branches that lead to none of them are not run.
 */
export function runRoute(
  event: Event,
  root: RouteNode,
  wanted: readonly string[] | undefined,
  onFailure: OnFailure,
): Routed {
  const sinks = new Map<Event, string[]>();
  const refused: Withheld[] = [];
  const enter = (node: RouteNode, given: Event): void => {
    const ends = sinksOf(node, wanted);
    if (ends.length === 0) return;
    const outcome = node.processors.length === 0 ? given : passThrough(given, node.processors, onFailure);
    if (typeof outcome === 'string') {
      refused.push({ sinks: ends, as: outcome });
      return;
    }
    for (const end of node.to) {
      if (typeof end !== 'string') enter(end, outcome);
      else if (wanted === undefined || wanted.includes(end)) add(sinks, outcome, end);
    }
  };
  enter(root, event);
  return { sinks, refused };
}

const known = new WeakMap<RouteNode, readonly string[]>();

/** The names of all sinks below a branch that are wanted. */
function sinksOf(node: RouteNode, wanted: readonly string[] | undefined): readonly string[] {
  let all = known.get(node);
  if (all === undefined) {
    all = node.to.flatMap((end) => (typeof end === 'string' ? [end] : sinksOf(end, undefined)));
    known.set(node, all);
  }
  return wanted === undefined ? all : all.filter((name) => wanted.includes(name));
}

function passThrough(
  given: Event,
  processors: readonly Processor[],
  onFailure: OnFailure,
): Event | Withheld['as'] {
  const view = new EventView(given);
  for (const processor of processors) {
    try {
      if (apply(processor, view) === null) return processor.dropsAs ?? 'filtered';
    } catch (cause) {
      onFailure(nameOf(processor), cause);
    }
  }
  return EventView.resultOf(view);
}

function nameOf(processor: Processor): string {
  try {
    return String(processor.name) || 'processor';
  } catch {
    return 'processor';
  }
}

/** @returns null if the event is dropped */
function apply(processor: Processor, event: EventView): null | undefined {
  const result: unknown = processor(event);
  if (result === null) return null;
  if (result === undefined || result === event) return undefined;
  if (typeof result !== 'object' || 'then' in result) {
    // A rejection that nobody handles would end the app.
    void Promise.resolve(result).catch(() => {});
    throw new TypeError('a processor returns an event, null or nothing, and at once: it is not asynchronous');
  }
  const { id: _, ...changes } = result as Partial<Record<string, unknown>>;
  Object.assign(event, changes);
  return undefined;
}

function add(sinks: Map<Event, string[]>, event: Event, name: string): void {
  const names = sinks.get(event);
  if (names === undefined) sinks.set(event, [name]);
  else names.push(name);
}
