export const MONTHS: readonly string[] =
  'January February March April May June July August September October November December'.split(' ');

/** From Sunday, as days are counted. */
export const DAYS: readonly string[] = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
