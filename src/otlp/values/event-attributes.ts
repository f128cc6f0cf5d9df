import { PROMOTED } from './promoted.ts';

/**
 * The attribute names under which an event travels: written when a record is made, read by formats and
 * views. Data keys of the caller that equal one of these get the prefix `data.` (see `RESERVED`).
 */
export const EVENT = {
  uid: 'log.record.uid',
  category: 'event.category',
  tags: 'event.tags',
  session: 'event.session',
  context: 'event.context',
  givenTime: 'event.time.given',
  start: 'event.start',
  end: 'event.end',
  duration: 'event.duration',
  bare: 'event.data.bare',
  kept: 'event.data.kept',
  incomplete: 'event.incomplete',
  truncated: 'event.truncated',
  schemaId: 'event.schema.id',
  schemaVersion: 'event.schema.version',
  schemaVersionNumber: 'event.schema.version_number',
  schemaIssues: 'event.schema.issues',
  userId: 'user.id',
  projectId: 'project.id',
  sessionId: 'session.id',
  previousSessionId: 'session.previous_id',
  errorType: 'error.type',
  exceptionType: 'exception.type',
  exceptionMessage: 'exception.message',
  exceptionStacktrace: 'exception.stacktrace',
} as const;

/** What receivers tell events, sessions and schemas by: no limit of lengths cuts it. */
export const IDENTIFIERS: ReadonlySet<string> = new Set([
  EVENT.uid,
  EVENT.sessionId,
  EVENT.previousSessionId,
  EVENT.schemaId,
  EVENT.schemaVersion,
  EVENT.kept,
]);

/** The map attribute that holds the data keys beyond the attribute limit, and the prefix of moved keys. */
export const DATA = 'data';
export const DATA_PREFIX = 'data.';

/** Every name that a caller's data key may not take as it is, but those of {@link CONVENTIONAL}. */
export const RESERVED: ReadonlySet<string> = new Set([...Object.values(EVENT), ...Object.values(PROMOTED)]);

/**
 * Names of OpenTelemetry's conventions among these: a caller's data key keeps such a name on a record on which it
 * is not written otherwise, and stands in the list `event.data.kept`. Not who it was (`user.id`, `client.address`):
 * events come from browsers too, and no event of the conventions has these.
 */
export const CONVENTIONAL: ReadonlySet<string> = new Set([
  EVENT.sessionId,
  EVENT.previousSessionId,
  EVENT.errorType,
  EVENT.exceptionType,
  EVENT.exceptionMessage,
  EVENT.exceptionStacktrace,
  PROMOTED.agent,
  PROMOTED.path,
  PROMOTED.host,
]);

/** The attribute names of the resource that describe the app. */
export const APP = {
  name: 'service.name',
  version: 'service.version',
  id: 'app.id',
  containerTags: 'container.image.tags',
  orgName: 'app.org.name',
  orgUrl: 'app.org.url',
} as const;

/** The attribute name of the container's id, on the resource. */
export const CONTAINER_ID = 'container.id';

/** The attribute names of the resource that describe the device. */
export const DEVICE = {
  hostName: 'host.name',
  hostArch: 'host.arch',
  hostId: 'host.id',
  cpuModel: 'host.cpu.model.name',
  osType: 'os.type',
  osName: 'os.name',
  osVersion: 'os.version',
  osDescription: 'os.description',
  manufacturer: 'device.manufacturer',
  modelIdentifier: 'device.model.identifier',
  modelName: 'device.model.name',
  deviceId: 'device.id',
} as const;
