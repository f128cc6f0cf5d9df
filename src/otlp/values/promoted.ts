/** Attributes that known keys of an edX context are promoted to, by key. */
export const PROMOTED = {
  ip: 'client.address',
  agent: 'user_agent.original',
  path: 'url.path',
  host: 'server.address',
  referer: 'http.request.header.referer',
  accept_language: 'http.request.header.accept-language',
  request_id: 'http.request.id',
} as const;
