import { EventLogger } from '../../src/index.ts';

/** What is too much for Loki in each of the ways there are, by the name of the event; some for VictoriaLogs as well. */
export const OVERSIZE = {
  'too.many': 'entries',
  'too.many_nested': 'entries',
  'too.large': 'size',
  'too.large_unicode': 'size',
  'too.long_line': 'line',
  'too.late': 'time',
  'too.early': 'time',
} as const;

/** Events that Loki takes as they are, though their keys look dangerous. */
export const STRANGE = ['strange.keys', 'strange.empty'] as const;

/** Longer than what is left of an event that is cut. */
export const LONG_KEY = 'k'.repeat(300);

const HOUR_MS = 3_600_000;

/** Sends one of each through the real path; resolves when the collector has them. */
export async function sendOversize(endpoint: string, service: string): Promise<void> {
  const events = new EventLogger({ endpoint, app: { name: service }, logLevel: 'none' });
  const many = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`key_${index}`, index]));
  events.log('too.many', many, { userId: 'kept' });
  events.log('too.many_nested', { deep: { deeper: { ...many, list: [1, { two: 2 }] } } }, { userId: 'kept' });
  events.log(
    'too.large',
    { text: 'x'.repeat(1024 * 1024), small: 'kept', [LONG_KEY]: 1 },
    { userId: 'kept' },
  );
  events.log('too.large_unicode', { [`${'é'.repeat(200)}`]: '👋'.repeat(20_000) }, { userId: 'kept' });
  events.log('too.long_line', {}, { message: 'ü'.repeat(400_000), userId: 'kept' });
  events.log('too.late', {}, { timestamp: new Date(Date.now() - 30 * 24 * HOUR_MS), userId: 'kept' });
  events.log('too.early', {}, { timestamp: new Date(Date.now() + 2 * HOUR_MS), userId: 'kept' });
  events.log('strange.keys', { 日本: { a: 1 }, _: 1, '…': 2, '"': 3, 'a b': 4, '1': 5 }, { userId: 'kept' });
  events.log('strange.empty', { '': 1, a: { '': 2 } }, { userId: 'kept' });
  const { pending, rejected, dropped } = await events.close();
  if (pending + rejected + dropped > 0)
    throw new Error(`${pending} pending, ${rejected} rejected, ${dropped} dropped`);
}
