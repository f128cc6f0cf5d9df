import { ROOT_CONTEXT } from '@opentelemetry/api';
import type { SinkAccount } from '../delivery/ledger/account.ts';
import type { Accounts } from '../delivery/ledger/accounts.ts';
import { SCOPE } from '../delivery/scope.ts';
import type { BookedEvent, Sink } from '../delivery/sink.ts';
import type { AttributeMap } from '../otlp/values/attribute-value.ts';
import type { ApiLogger, ApiLoggerProvider } from './app-api.ts';
import { toLogRecord } from './to-log-record.ts';

/** The highest severity there is: a logger that refuses it refuses everything. */
const FATAL4 = 24;

/** The sink of the app's own logger provider. It tells nothing back: an event counts as handed over. */
export class AppSink implements Sink {
  readonly name = 'app';
  readonly #given: () => AttributeMap;
  readonly #accounts: Accounts;
  readonly #onDeaf: () => void;
  /** Whether that was said of this provider. */
  #isDeaf = false;
  #account: SinkAccount | undefined;
  #provider: ApiLoggerProvider | undefined;
  #logger: ApiLogger | undefined;
  /** What the options say of the app and the machine, for each record, where the SDK does not carry it on the scope. */
  #onRecord: AttributeMap | undefined;

  /** @param onDeaf - called once a provider, when an event is dropped because it takes none at all */
  constructor(given: () => AttributeMap, accounts: Accounts, onDeaf: () => void) {
    this.#given = given;
    this.#accounts = accounts;
    this.#onDeaf = onDeaf;
  }

  /**
   * Uses this provider from now on; apps can replace theirs.
   * @returns whether it is another one than before
   */
  use(provider: ApiLoggerProvider): boolean {
    if (provider === this.#provider) return false;
    const attributes = this.#given();
    const logger = provider.getLogger(SCOPE.name, SCOPE.version, { attributes });
    this.#provider = provider;
    this.#logger = logger;
    this.#isDeaf = false;
    this.#onRecord = carriesScopeAttributes(logger) ? undefined : attributes;
    return true;
  }

  push(booked: BookedEvent): void {
    const { event, context, ticket } = booked;
    const logger = this.#logger as ApiLogger;
    this.#account ??= this.#accounts.sink(this.name);
    if (!this.#takes(logger, { context, severityNumber: event.severity, eventName: event.name })) {
      // Before it is booked: the logger is asked again, and may throw now.
      this.#tellDeaf(logger, event.name);
      this.#accounts.settle(ticket, this.#account, { column: 'dropped', reason: 'disabled' });
      return;
    }
    const content = booked.content();
    logger.emit(toLogRecord(booked, content, this.#withApp(content.attributes)));
    this.#accounts.settle(ticket, this.#account, { column: 'handedOver' });
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {}

  #tellDeaf(logger: ApiLogger, eventName: string): void {
    if (this.#isDeaf) return;
    this.#isDeaf = !this.#takes(logger, { context: ROOT_CONTEXT, severityNumber: FATAL4, eventName });
    if (this.#isDeaf) this.#onDeaf();
  }

  #takes(logger: ApiLogger, options: Parameters<NonNullable<ApiLogger['enabled']>>[0]): boolean {
    if (isShutDown(this.#provider)) return false;
    // An api before 0.215 cannot be asked; its no-op can only be told by its name.
    return logger.enabled?.(options) ?? logger.constructor?.name !== 'NoopLogger';
  }

  #withApp(attributes: AttributeMap): AttributeMap {
    return this.#onRecord === undefined ? attributes : { ...this.#onRecord, ...attributes };
  }
}

/**
 * Whether an SDK keeps the attributes of a scope: SDK 2.x and 3.x both do in what they export, older ones
 * ignore them. There is no public way to ask, and the field is the same in all of them.
 */
function carriesScopeAttributes(logger: ApiLogger): boolean {
  const { _instrumentationScope: scope, instrumentationScope = scope } = logger as {
    _instrumentationScope?: { attributes?: AttributeMap };
    instrumentationScope?: { attributes?: AttributeMap };
  };
  return instrumentationScope?.attributes !== undefined;
}

/**
 * Whether an SDK was shut down: most versions of 2.x take records all the same and lose them. There is no
 * public way to ask, and the field is the same in all of them.
 */
function isShutDown(provider: object | undefined): boolean {
  const { _shutdownOnce: shutdown } = (provider ?? {}) as { _shutdownOnce?: { isCalled?: boolean } };
  return shutdown?.isCalled === true;
}
