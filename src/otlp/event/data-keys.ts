import { KeyCache } from '../values/key-cache.ts';
import { attributeName } from './attribute-name.ts';

/** The keys of data that become attributes under their own names: one that takes a prefix has no place here. */
export const DATA_KEYS = new KeyCache(attributeName, false);
