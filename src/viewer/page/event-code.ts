import type { Row } from '../store/event-store.ts';
import { severityName } from './format.ts';

/** What the logger sets by itself. */
const BY_LOGGER = /^(?:log\.record\.|event\.|session\.|telemetry\.|code\.)/;

/** Code that logs the same event with this package. */
export function eventCode(row: Row): string {
  const severity = severityName(row.severity).toUpperCase();
  const options = severity === '' || severity === 'INFO' ? '' : `, { severity: '${severity}' }`;
  const data = Object.fromEntries(Object.entries(row.attributes).filter(([key]) => !BY_LOGGER.test(key)));
  return [
    "import { EventLogger } from 'otel-events';",
    '',
    `const events = new EventLogger({ app: { name: ${quoted(row.service)} } });`,
    `events.log(${quoted(row.name || 'event.name')}, ${JSON.stringify(data, null, 2)}${options});`,
    'await events.close();',
  ].join('\n');
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r')}'`;
}
