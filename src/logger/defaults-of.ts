import { NO_CONTEXT, toView } from './context/context-frame.ts';
import type { EventDefaults } from './draft-event.ts';
import type { ChildOptions } from './options.ts';

/** What a logger adds to each event, from its options. */
export function defaultsOf({
  session = {},
  tags = [],
  userId,
  projectId,
  context,
}: ChildOptions): EventDefaults {
  return {
    session: Object.freeze({ ...session }),
    tags: Object.freeze([...new Set(tags)]),
    userId,
    projectId,
    context: context === undefined ? NO_CONTEXT : toView({ ...context }),
  };
}

/** A child's defaults over those of its parent: session, tags and context are added. */
export function childDefaults(parent: EventDefaults, options: ChildOptions): EventDefaults {
  const own = defaultsOf(options);
  return {
    session: Object.freeze({ ...parent.session, ...own.session }),
    tags: Object.freeze([...new Set([...parent.tags, ...own.tags])]),
    userId: own.userId ?? parent.userId,
    projectId: own.projectId ?? parent.projectId,
    context:
      own.context === NO_CONTEXT
        ? parent.context
        : toView({ ...parent.context.fields, ...own.context.fields }),
  };
}
