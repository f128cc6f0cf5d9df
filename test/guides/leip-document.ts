/** The parameters of LEIP's calls, as its document lists them, and what the guide's example gives beyond: data. */
export const LEIP_SIGNATURES: Readonly<
  Record<string, { readonly names: readonly string[]; readonly data: readonly string[] }>
> = {
  App: { names: ['id', 'name', 'version', 'container_version', 'org_name', 'org_url'], data: [] },
  EventLogger: {
    names: [
      'app',
      'buffer_directory',
      'buffer_limit',
      'http_url',
      'http_headers',
      'http_method',
      'user_id',
      'project_id',
      'session',
      'tags',
    ],
    data: [],
  },
  'logger.log': { names: ['name', 'category', 'tags', 'output_path'], data: ['model'] },
  'logger.track': { names: ['name', 'category', 'tags', 'output_path', 'session'], data: ['image'] },
  'event.add': { names: [], data: ['label'] },
};

/** The fields of its payload, as its document lists them; `stats` of a tracked event. */
export const LEIP_FIELDS = [
  'ts',
  'id',
  'aid',
  'did',
  'meta',
  'session',
  'uid',
  'pid',
  'name',
  'category',
  'tags',
  'data',
  'stats',
];
