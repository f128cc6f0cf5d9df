import type { Event } from '../../src/event.ts';

/** An event without anything optional. */
export const PLAIN_EVENT: Event = {
  id: '01a2019f-2da5-7000-8031-af25af2a36fa',
  name: 'test.event',
  time: [1, 2],
  observedTime: [3, 4],
  severity: 9,
  message: undefined,
  category: undefined,
  tags: [],
  userId: undefined,
  projectId: undefined,
  session: {},
  sessionId: undefined,
  previousSessionId: undefined,
  context: {},
  data: {},
  schema: undefined,
  scope: undefined,
  failure: undefined,
  incomplete: false,
  span: undefined,
  exporters: undefined,
  outputPath: undefined,
};
