import { encodeEnvelope, type ReadableResource, type ReadableScope } from '../../otlp/sdk/encode-envelope.ts';
import type { RecordSignal } from '../../otlp/wire/batch.ts';
import { Kinds } from '../../spool/kinds.ts';
import type { RecordKind } from '../../spool/log/record-kind.ts';
import type { Spool } from '../../spool/spool.ts';

/** An SDK's resource; its attributes may still be being detected. */
export interface PendingResource extends ReadableResource {
  readonly asyncAttributesPending?: boolean | undefined;
  waitForAsyncAttributes?(): Promise<void> | undefined;
}

/** The kinds of one resource: its bytes are the same for every scope. */
interface OfResource {
  readonly bytes: Uint8Array;
  readonly scopes: WeakMap<ReadableScope, Kinds>;
}

const NO_RESOURCE: ReadableResource = { attributes: {} };
const NO_SCOPE: ReadableScope = { name: '' };

/**
 * Finds the kind of a record by the SDK's own objects: there is one scope object for each logger or tracer,
 * and one resource for a provider. Each of them is read once; what nobody uses any more is let go.
 */
export class DurableKinds {
  readonly #spool: Spool;
  readonly #signal: RecordSignal;
  readonly #sink: string;
  readonly #complete = new WeakMap<PendingResource, OfResource>();
  /** As far as they are known, of resources that were not waited for: forgotten when they are complete. */
  readonly #incomplete = new WeakMap<PendingResource, OfResource>();

  constructor(spool: Spool, signal: RecordSignal, sink: string) {
    this.#spool = spool;
    this.#signal = signal;
    this.#sink = sink;
  }

  /** The kind of a record; to be asked for before the record is encoded, since it may encode the envelope. */
  of(resource: PendingResource, scope: ReadableScope, name: string): RecordKind {
    const { bytes, scopes } = this.#ofResource(resource);
    let kinds = scopes.get(scope);
    if (kinds === undefined) {
      const header = { resource: bytes, scope: encodeEnvelope(NO_RESOURCE, scope).scope };
      kinds = new Kinds(this.#spool, this.#signal, header, [this.#sink]);
      scopes.set(scope, kinds);
    }
    return kinds.of(name);
  }

  #ofResource(resource: PendingResource): OfResource {
    const known = resource.asyncAttributesPending === true ? this.#incomplete : this.#complete;
    let found = known.get(resource);
    if (found === undefined) {
      found = { bytes: encodeEnvelope(resource, NO_SCOPE).resource, scopes: new WeakMap() };
      known.set(resource, found);
    }
    return found;
  }
}
