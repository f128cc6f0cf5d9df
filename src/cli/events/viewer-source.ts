import type { Answer, Funnel, Group, Page, StoreStatus } from '../../viewer/store/event-store.ts';
import { rowsTable } from '../../viewer/table/table-source.ts';
import type { EventSource, Hints } from './event-source.ts';
import { pagesOf } from './find-rows.ts';
import { askViewer, type ViewerAddress } from './viewer-url.ts';

/** A viewer that runs, as a source. */
export function viewerSource(viewer: ViewerAddress): EventSource {
  const ask = async (...given: [string, Parameters<typeof askViewer>[2]]): Promise<unknown> =>
    (await askViewer(viewer, ...given)).json();
  const page: EventSource['page'] = async (query, { limit, order, cursor }) => {
    const params = [
      ['q', query],
      ['limit', limit],
      ['order', order],
      ['cursor', cursor],
    ] as const;
    const page = (await ask('/api/events', params)) as Page & Hints & { readonly next: string | null };
    return { ...page, next: page.next ?? undefined };
  };
  return {
    page,
    table: (query, onRows) =>
      rowsTable(async function* () {
        let read = 0;
        for await (const { rows } of pagesOf({ page }, query, 'oldest')) {
          read += rows.length;
          onRows(read);
          yield rows;
        }
      }),
    group: async (query, { by, stats = [], overMs, top }) => {
      const answer = await ask('/api/groups', [
        ['q', query],
        ['by', by],
        ...stats.map(({ stat, field }) => ['stat', `${stat}:${field}`] as const),
        ['over', overMs === undefined ? undefined : `${overMs}ms`],
        ['top', top],
      ]);
      const { groups, ...rest } = answer as Omit<Answer<unknown>, 'value'> &
        Hints & { readonly groups: readonly Group[] };
      return { ...rest, value: groups };
    },
    funnel: async (query, { steps, by, withinMs, split }) => {
      const answer = await ask('/api/funnel', [
        ['q', query],
        ...steps.map((step) => ['step', step] as const),
        ['by', by],
        ['within', `${withinMs}ms`],
        ['split', split],
      ]);
      const { complete, scanned, hints, ...value } = answer as Omit<Answer<unknown>, 'value'> &
        Funnel &
        Hints;
      return { complete, scanned, hints, value };
    },
    status: async () => (await ask('/api/status', [])) as StoreStatus,
    close: async () => {},
  };
}
