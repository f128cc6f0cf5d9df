import type { Readable } from 'node:stream';
import { GrowingBuffer, gatherBytes } from '../../gather-bytes.ts';
import { GRPC } from '../../otlp/grpc/codes.ts';
import { FRAME_HEADER_BYTES } from '../../otlp/grpc/frame.ts';
import type { BodyLease } from '../../serve/body-budget.ts';
import { inflate, type Packing } from '../../serve/inflate.ts';
import { GrpcRefusal } from './grpc-refusal.ts';

/** How a message may come. */
export interface MessageBounds {
  /** Before and after inflation. */
  readonly maxBytes: number;
  /** How the call says that its messages may be packed. */
  readonly packing: Packing | undefined;
  readonly lease: BodyLease;
}

/**
 * Reads the one message of a unary call, inflated.
 * @throws GrpcRefusal, with the codes that gRPC has for each case; Refusal 400, 413 or 503 of its inflation and memory
 * @see https://github.com/grpc/grpc/blob/master/doc/statuscodes.md
 */
export async function readMessage(stream: Readable, bounds: MessageBounds): Promise<Buffer> {
  const gathered = new GatheredMessage(bounds);
  await gatherBytes(stream, gathered);
  const message = gathered.whole();
  const { packing } = bounds;
  if (!gathered.isPacked || packing === undefined) return message;
  const inflated = await inflate(message, { ...bounds, packing });
  bounds.lease.shrink(gathered.heldBytes);
  return inflated;
}

/** A message as it comes: its header, then as many bytes as that says. */
class GatheredMessage {
  readonly #bounds: MessageBounds;
  readonly #header = Buffer.alloc(FRAME_HEADER_BYTES);
  #headerLength = 0;
  #message: GrowingBuffer | undefined;
  #missing = 0;

  constructor(bounds: MessageBounds) {
    this.#bounds = bounds;
  }

  get isPacked(): boolean {
    return this.#header[0] === 1;
  }

  get heldBytes(): number {
    return this.#message?.heldBytes ?? 0;
  }

  add(piece: Uint8Array): boolean {
    let rest = piece;
    if (this.#message === undefined) {
      const header = rest.subarray(0, FRAME_HEADER_BYTES - this.#headerLength);
      this.#header.set(header, this.#headerLength);
      this.#headerLength += header.length;
      rest = rest.subarray(header.length);
      if (this.#headerLength === FRAME_HEADER_BYTES) this.#message = this.#open();
    }
    if (rest.length > this.#missing) throw new GrpcRefusal(GRPC.unimplemented, 'more than one message');
    this.#missing -= rest.length;
    return rest.length === 0 || (this.#message?.add(rest) ?? true);
  }

  /** @throws GrpcRefusal if the stream has ended too early */
  whole(): Buffer {
    if (this.#headerLength === 0) throw new GrpcRefusal(GRPC.unimplemented, 'no message');
    if (this.#message === undefined || this.#missing > 0) {
      throw new GrpcRefusal(GRPC.internal, 'the message is cut short');
    }
    return this.#message.take();
  }

  #open(): GrowingBuffer {
    const { maxBytes, packing, lease } = this.#bounds;
    const flag = this.#header[0] as number;
    if (flag > 1) throw new GrpcRefusal(GRPC.internal, 'the message has a flag that gRPC does not know');
    if (flag === 1 && packing === undefined)
      throw new GrpcRefusal(GRPC.internal, 'a compressed message without grpc-encoding');
    const length = this.#header.readUInt32BE(1);
    if (length > maxBytes) {
      throw new GrpcRefusal(GRPC.resourceExhausted, `the message is larger than ${maxBytes} bytes`);
    }
    this.#missing = length;
    return new GrowingBuffer({ maxBytes: length, expectedBytes: length, onGrow: lease.grow });
  }
}
