import { resourceOf } from '../record/read-surroundings.ts';

/** The most that are remembered. */
const MAX_KNOWN = 1000;

const known = new Map<Uint8Array, string>();

/** `service.name` of what surrounds records; '' without one. @param bytes - the same object for the same records */
export function serviceOf(bytes: Uint8Array): string {
  let service = known.get(bytes);
  if (service === undefined) {
    const name = resourceOf(bytes)['service.name'];
    service = typeof name === 'string' ? name : '';
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(bytes, service);
  }
  return service;
}
