import { type Check, filledText, listOf, oneOf, whole } from '../options.ts';
import { isNetwork } from './client-address.ts';

export const trustProxy: Check = {
  wanted: 'false, a number of proxies, or a list of addresses and networks such as 10.0.0.0/8',
  accepts: (value) =>
    value === false ||
    whole(0).accepts(value) ||
    listOf((item) => filledText.accepts(item) && isNetwork(item as string))(value),
};

export const proxyHeader = oneOf('x-forwarded-for', 'forwarded');
