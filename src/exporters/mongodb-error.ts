import { OtelEventsError } from '../errors.ts';

/** What the driver throws, as far as it is read here. */
interface DriverError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly codeName?: unknown;
  readonly cause?: unknown;
  readonly errmsg?: unknown;
  readonly writeErrors?: unknown;
  readonly result?: { readonly getWriteConcernError?: () => unknown };
}

/** Codes that say that this very document cannot be stored, in a document's own error or the command's. */
const REFUSED = new Set<unknown>([
  2, // BadValue
  9, // FailedToParse
  14, // TypeMismatch
  15, // Overflow: nested too deeply
  22, // InvalidBSON
  52, // DollarPrefixedFieldName
  56, // EmptyFieldName
  57, // DottedFieldName
  121, // DocumentValidationFailure
  10334, // BSONObjectTooLarge
  11000, // DuplicateKey: of an index of the app's own, where it was not told apart below
  17419, // the document would become too large
  17420,
]);

/** What the driver itself throws at a document that it cannot encode, or that is over 16 MiB. */
const UNENCODABLE = new Set<unknown>(['MongoInvalidArgumentError', 'RangeError']);
/** Its serialiser's own errors, whichever: `BSONError`, `BSONVersionError`. */
const SERIALISER = /^BSON/;

const DUPLICATE_KEY = 11000;
/** The driver keeps only the text, in which the index comes before any value. Not every server names it. */
const OTHER_INDEX = /^[^{]* index: (?!_id_)/;

/**
 * What a failed insert means for its batch. Documents that are there already are no failure. Those at fault are
 * to be found and rejected alone; all else (no connection, no primary, no time, no rights) is tried again. The
 * error names the destination and the driver's codes, never what the driver says: that can hold fields of
 * documents.
 * @returns undefined when all documents are stored
 */
export function mongodbError(name: string, thrown: unknown): OtelEventsError | undefined {
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as DriverError;
  const each = writeErrorsOf(error);
  const isUnconfirmed = error.result?.getWriteConcernError?.() !== undefined;
  const failures = each.length === 0 ? [error] : each.filter((one) => !isStored(one));
  if (failures.length === 0 && !isUnconfirmed) return undefined;
  const told = [...new Set((failures.length === 0 ? [error] : failures).map(describe))];
  const message = `${name} did not take a batch: ${told.slice(0, 3).join(', ')}`;
  const [culprit] = failures;
  if (culprit === undefined || isUnconfirmed || !failures.every(isDocumentsFault)) {
    return new OtelEventsError('EXPORT_FAILED', message, { retry: {} });
  }
  const reason = `mongodb_${typeof culprit.code === 'number' ? culprit.code : 'unencodable'}`;
  return new OtelEventsError('EXPORT_FAILED', message, { reason, split: 'invalid' });
}

function writeErrorsOf({ writeErrors }: DriverError): readonly DriverError[] {
  if (Array.isArray(writeErrors)) return writeErrors as readonly DriverError[];
  return typeof writeErrors === 'object' && writeErrors !== null ? [writeErrors] : [];
}

function isStored({ code, errmsg }: DriverError): boolean {
  return code === DUPLICATE_KEY && !OTHER_INDEX.test(String(errmsg));
}

function isDocumentsFault({ code, name }: DriverError): boolean {
  return REFUSED.has(code) || UNENCODABLE.has(name) || SERIALISER.test(String(name));
}

/** Names and numbers only. */
function describe({ name = 'WriteError', code, codeName, cause }: DriverError): string {
  const inner = (cause as DriverError | undefined)?.code;
  return [name, codeName ?? code ?? inner]
    .filter((word) => word !== undefined)
    .map(String)
    .join(' ');
}

/** Whether it comes from the network or a server, and not from code that stumbled over a document. */
export function isOfTheDriver(thrown: unknown): boolean {
  return typeof thrown === 'object' && thrown !== null && /^Mongo/.test(String((thrown as DriverError).name));
}
