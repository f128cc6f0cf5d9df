import { useEffect, useState } from 'preact/hooks';
import { type Address, go, hrefTo, useAddress } from './address.ts';
import { CompareView } from './compare-view.tsx';
import { EventPage, EventsView } from './events-view.tsx';
import { FunnelView } from './funnel-view.tsx';
import { GroupsView } from './groups-view.tsx';
import { KeyHelp } from './key-help.tsx';
import { LedgerView } from './ledger-view.tsx';
import { QuarantinedView, QuarantineView } from './quarantine-view.tsx';
import { queryParts, withRange } from './query-text.ts';
import { SchemaView } from './schema-view.tsx';
import { SchemasView } from './schemas-view.tsx';
import { changeSettings, useSettings } from './settings.ts';
import { StatusView } from './status-view.tsx';
import { type StoryOf, StoryView } from './story-view.tsx';
import { TraceView } from './trace-view.tsx';
import { useKeys } from './use-keys.ts';

const VIEWS: readonly (readonly [string, string])[] = [
  ['', 'Events'],
  ['traces', 'Traces'],
  ['groups', 'Groups'],
  ['funnel', 'Funnel'],
  ['compare', 'Compare'],
  ['ledger', 'Ledger'],
  ['schemas', 'Schemas'],
  ['status', 'Status'],
];

/** Their first spans: a list of traces is one of events, with all that these can do. */
const TRACES = 'kind:span -parent:*';
const OF_TRACES = ['name', 'service', 'duration', 'status', 'trace'];

/** Views that stand under another one's name. */
const TAB_OF: Readonly<Record<string, string>> = { quarantine: 'schemas' };

/** The frame of all views, and the view that the address names. */
export function App() {
  const address = useAddress();
  const { zone } = useSettings();
  const [isHelp, setHelp] = useState(false);
  useKeys({
    '/': () => document.querySelector<HTMLInputElement>('[data-main=true]')?.focus(),
    '?': () => setHelp(!isHelp),
  });
  const [view = ''] = address.parts;
  const title = titleOf(address);
  useEffect(() => {
    document.title = title;
    // On a narrow screen not all views have a place.
    document.querySelector('.top [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [title]);
  // What was asked for stays when one goes from the list to its numbers and back.
  const query = address.params.get('q') ?? '';
  const isTraces = view === '' && query.includes(TRACES);
  const shown = isTraces ? 'traces' : (TAB_OF[view] ?? view);
  return (
    <>
      <header class="top">
        <a class="brand" href="/">
          otel-events
        </a>
        <nav aria-label="Views">
          {VIEWS.map(([name, label]) => (
            <a
              key={name}
              href={hrefOf(name, query, isTraces)}
              aria-current={shown === name ? 'page' : undefined}
            >
              {label}
            </a>
          ))}
        </nav>
        <button
          type="button"
          class="quiet zone"
          title="Times of this machine, or UTC"
          onClick={() => changeSettings({ zone: zone === 'utc' ? 'local' : 'utc' })}
        >
          {zone === 'utc' ? 'UTC' : 'Local'}
        </button>
        <button
          type="button"
          class="quiet"
          aria-label="Keys"
          title="Keys (?)"
          onClick={() => setHelp(!isHelp)}
        >
          ?
        </button>
      </header>
      {isHelp && <KeyHelp onClose={() => setHelp(false)} />}
      <View address={address} />
    </>
  );
}

/** @param query - what is asked for now: it stays, where it means something */
function hrefOf(view: string, query: string, isTraces: boolean): string {
  if (view === 'traces') {
    // Of the rest nothing fits a first span where it is about events: only the time stays.
    const q = isTraces ? query : withRange(TRACES, queryParts(query).range);
    return hrefTo([], { q, col: OF_TRACES });
  }
  const q = isTraces ? query.replace(TRACES, '').trim() : query;
  return hrefTo(view === '' ? [] : [view], {
    q: ['', 'groups', 'funnel', 'compare'].includes(view) ? q : undefined,
  });
}

function View({ address }: { readonly address: Address }) {
  const [view = '', id] = address.parts;
  switch (view) {
    case '':
      return <EventsView />;
    case 'groups':
      return <GroupsView />;
    case 'funnel':
      return <FunnelView />;
    case 'compare':
      return <CompareView />;
    case 'ledger':
      return <LedgerView />;
    case 'schemas':
      return id === undefined ? <SchemasView /> : <SchemaView name={id} key={id} />;
    case 'quarantine':
      return id === undefined ? <QuarantineView /> : <QuarantinedView id={id} key={id} />;
    case 'status':
      return <StatusView />;
    default:
      return id === undefined ? <NoSuchPage /> : <OfOne view={view} id={id} />;
  }
}

/** Says which of several open pages is which. */
function titleOf({ parts, params }: Address): string {
  const [view = '', id] = parts;
  const label = VIEWS.find(([name]) => name === view)?.[1] ?? view;
  const of = id ?? params.get('q') ?? '';
  return `${of === '' ? '' : `${of.slice(0, 60)} · `}${label} · otel-events`;
}

function OfOne({ view, id }: { readonly view: string; readonly id: string }) {
  if (view === 'event') return <EventPage id={id} />;
  if (view === 'trace') return <TraceView id={id} key={id} />;
  if (isStory(view)) return <StoryView by={view} id={id} key={id} />;
  return <NoSuchPage />;
}

function isStory(view: string): view is StoryOf {
  return ['session', 'user', 'conversation'].includes(view);
}

function NoSuchPage() {
  return (
    <main class="page">
      <div class="empty">
        <h1>There is no such page</h1>
        <p>
          <button type="button" onClick={() => go(hrefTo([]))}>
            Show all events
          </button>
        </p>
      </div>
    </main>
  );
}
