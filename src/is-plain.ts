import { isPlainObject } from './is-plain-object.ts';

/** Whether an object is emitted field by field, as it is: no instance of a class, and no `toJSON`. */
export function isPlain(value: object): boolean {
  return isPlainObject(value) && typeof (value as { readonly toJSON?: unknown }).toJSON !== 'function';
}
