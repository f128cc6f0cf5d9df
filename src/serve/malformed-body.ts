/** A packed body that is not what it says it is. */
export class MalformedBody extends Error {}

/**
 * Memory for what is unpacked, in one piece and of exactly so many bytes.
 * @throws Refusal 413 or 503 where there is none
 */
export type Reserve = (bytes: number) => Buffer;
