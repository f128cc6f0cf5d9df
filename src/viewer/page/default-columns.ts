/** What a list of events shows beside the time, if nothing else is said. */
export function defaultColumns(): readonly string[] {
  return innerWidth < 600 ? ['name', 'summary'] : ['name', 'service', 'summary'];
}
