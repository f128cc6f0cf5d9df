import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { OtelEventsError } from '../errors.ts';
import type { EmittedReport } from '../otlp/emitted/emitted-report.ts';
import type { Consume } from '../otlp/wire/batch.ts';
import type { OtlpRequest } from '../otlp/wire/otlp-request.ts';
import { QuarantineDesk } from '../quarantine/quarantine-desk.ts';
import type { ListenAddress } from '../serve/listen.ts';
import type { ServerTls } from '../serve/server-tls.ts';
import { startViewer } from './api/start-viewer.ts';
import { DeclaredSchemas } from './schemas/declared-schemas.ts';
import type { EventStore } from './store/event-store.ts';
import { openStore } from './store/threads/open-store.ts';

/** A store, and where it is looked at. */
export interface ViewerSettings {
  readonly address: ListenAddress;
  readonly directory: string;
  readonly synchronous: 'normal' | 'full';
  /** Of all files; whole files go, the oldest first. */
  readonly maxBytes: number;
  /** Undefined: rows of any age stay. */
  readonly maxAgeMs: number | undefined;
  /** What has to be shown for data. Undefined: one is made where the address is not of this machine only. */
  readonly token: string | undefined;
  readonly tls: ServerTls | undefined;
  /** Whether agents are answered at `/mcp`. */
  readonly mcp: boolean;
  /** Whether all that is stored can be deleted. Undefined: where the address is of this machine only. */
  readonly canClear: boolean | undefined;
  /** The directory of schema files; undefined: none is known. */
  readonly schemas: string | undefined;
  /** The directory that an app has for its quarantine; undefined: none is known. */
  readonly quarantine: string | undefined;
  /** Takes what was mended in the quarantine, for this viewer and all others that events of its apps come to. */
  readonly replay: Consume;
  /** Where apps send to, for the page to say. */
  readonly endpoints: { readonly otlpHttp: string | undefined; readonly otlpGrpc: string | undefined };
  readonly links: { readonly jaeger: string | undefined; readonly grafana: string | undefined };
  readonly onError: (error: unknown) => void;
}

/** A viewer that takes what comes, and shows it. */
export interface OpenViewer {
  readonly url: string;
  /** With the token. */
  readonly openUrl: string;
  /** Resolves when all of it is committed. */
  ingest(request: OtlpRequest): Promise<void>;
  /** Of the store: the same as long as its files are there. */
  readonly id: string;
  /** Keeps what a logger says that it has emitted; a report that comes again counts once. */
  takeReport(report: EmittedReport): Promise<void>;
  close(timeoutMs: number): Promise<void>;
}

/**
 * Opens a store and serves it.
 * @throws OtelEventsError `STORE_UNAVAILABLE`, `STORE_IN_USE`, `STORE_UNWRITABLE`, `STORE_VERSION`, `COLLECTOR_START_FAILED`
 */
export async function openViewer(settings: ViewerSettings): Promise<OpenViewer> {
  const { address, directory, synchronous, maxBytes, maxAgeMs, token, tls, mcp, onError } = settings;
  const store = await openStore({ directory, synchronous, maxBytes, maxAgeMs });
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  const about = { version, endpoints: settings.endpoints, links: settings.links };
  try {
    await tellAtStart(store, settings);
    const schemas = settings.schemas === undefined ? undefined : new DeclaredSchemas(settings.schemas);
    const quarantine =
      settings.quarantine === undefined
        ? undefined
        : new QuarantineDesk({
            directory: settings.quarantine,
            checked: () => schemas?.read().checked ?? [],
            send: settings.replay,
          });
    const server = await startViewer({
      store,
      address,
      about,
      schemas,
      quarantine,
      token,
      tls,
      mcp,
      canClear: settings.canClear,
      onError,
    });
    return {
      url: server.url,
      openUrl: server.openUrl,
      id: store.id,
      ingest: async (request) => {
        await store.ingest(request);
      },
      takeReport: (report) => store.takeReport(report),
      close: async (timeoutMs) => {
        await server.close(timeoutMs);
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** What is not as it was meant, and nobody would see before they miss something. */
async function tellAtStart(store: EventStore, settings: ViewerSettings): Promise<void> {
  const { schemas, quarantine, onError } = settings;
  for (const { file, reason } of (await store.status()).damaged)
    onError(new OtelEventsError('STORE_FAILED', `${file} is damaged, rows are missing: ${reason}`));
  const tell = (message: string): void =>
    onError(new OtelEventsError('OPTION_INVALID', message, { fix: 'it is read as soon as it is there' }));
  if (schemas !== undefined && !isDirectory(schemas)) tell(`schemas: there is no directory ${schemas}`);
  // A logger makes that of its quarantine with the first event that it puts there.
  if (quarantine !== undefined && isDirectory(quarantine) === false)
    tell(`quarantine: ${quarantine} is no directory`);
}

/** Undefined: nothing of this name is there. */
function isDirectory(name: string): boolean | undefined {
  return statSync(name, { throwIfNoEntry: false })?.isDirectory();
}
