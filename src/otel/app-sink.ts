import type { AttributeMap } from '../otlp/attribute-value.ts';
import type { SinkAccount } from './account.ts';
import type { Accounts } from './accounts.ts';
import type { ApiLogger, ApiLoggerProvider } from './app-api.ts';
import type { Delivery, Sink } from './sink.ts';
import { SCOPE } from './to-event-record.ts';
import { toLogRecord } from './to-log-record.ts';

/** The sink of the app's own logger provider. It tells nothing back: an event counts as handed over. */
export class AppSink implements Sink {
  readonly name = 'app';
  readonly #appAttributes: AttributeMap;
  readonly #accounts: Accounts;
  #account: SinkAccount | undefined;
  #provider: ApiLoggerProvider | undefined;
  #logger: ApiLogger | undefined;
  /** App metadata for each record, where the SDK does not carry it on the scope. */
  #onRecord: AttributeMap | undefined;

  constructor(appAttributes: AttributeMap, accounts: Accounts) {
    this.#appAttributes = appAttributes;
    this.#accounts = accounts;
  }

  /**
   * Uses this provider from now on; apps can replace theirs.
   * @returns whether it is another one than before
   */
  use(provider: ApiLoggerProvider): boolean {
    if (provider === this.#provider) return false;
    const logger = provider.getLogger(SCOPE.name, SCOPE.version, { attributes: this.#appAttributes });
    this.#provider = provider;
    this.#logger = logger;
    this.#onRecord = carriesScopeAttributes(logger) ? undefined : this.#appAttributes;
    return true;
  }

  push(delivery: Delivery): void {
    const { event, context, ticket, content } = delivery;
    const logger = this.#logger as ApiLogger;
    this.#account ??= this.#accounts.sink(this.name);
    const options = { context, severityNumber: event.severity, eventName: event.name };
    if (logger.enabled?.(options) === false) {
      this.#accounts.settle(ticket, this.#account, { column: 'dropped', reason: 'disabled' });
      return;
    }
    logger.emit(toLogRecord(delivery, this.#withApp(content.attributes)));
    this.#accounts.settle(ticket, this.#account, { column: 'handedOver' });
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {}

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
