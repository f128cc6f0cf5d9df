import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from '@opentelemetry/api';
import { processWide } from '../../process-wide.ts';

/** What a scope passes on to everything that happens inside it: its session and its span, nothing else. */
export interface ScopeFrame {
  /** The logger family that opened the scope; others take over its trace, but not its session. */
  readonly owner: object;
  /** The sessions of this scope and those around it, inner ones first in rank. */
  readonly session: Readonly<Record<string, unknown>>;
  /** The OTel context with the scope's span in it. */
  readonly context: Context;
  readonly outer: ScopeFrame | undefined;
}

/** The frame that code runs in, through awaits and timers. */
export const ambientFrame = processWide('scope-frame/v1', () => new AsyncLocalStorage<ScopeFrame>());

const NO_SESSION: Readonly<Record<string, unknown>> = Object.freeze({});

/** The session that the scopes of `owner` around `frame` pass on. */
export function sessionFor(owner: object, frame: ScopeFrame | undefined): Readonly<Record<string, unknown>> {
  for (let each = frame; each !== undefined; each = each.outer) if (each.owner === owner) return each.session;
  return NO_SESSION;
}
