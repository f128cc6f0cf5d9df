import type { Query, TimeRange } from '../../query/query.ts';
import type {
  Answer,
  Bounds,
  ColumnsPart,
  Facet,
  FacetOptions,
  FieldSeen,
  Funnel,
  FunnelOptions,
  Group,
  GroupOptions,
  Histogram,
  HistogramOptions,
  LedgerAnswer,
  LinesOptions,
  LinesPart,
  NewRows,
  NewRowsOptions,
  Page,
  PageOptions,
  Row,
  RowId,
} from '../event-store.ts';
import { answerCount } from './answer-count.ts';
import { answerFacets } from './answer-facets.ts';
import { answerFields } from './answer-fields.ts';
import { answerFunnel } from './answer-funnel.ts';
import { answerGroup } from './answer-group.ts';
import { answerHistogram } from './answer-histogram.ts';
import { answerLedger } from './answer-ledger.ts';
import { answerNewRows } from './answer-new-rows.ts';
import { answerPage } from './answer-page.ts';
import { answerRow } from './answer-row.ts';
import { answerStatus } from './answer-status.ts';
import { answerColumns, answerLines } from './answer-table.ts';
import type { ReadStore } from './read-store.ts';

/** The most rows of a page, and of a trace or a story. */
const MAX_PAGE = 1000;
const MAX_STORY = 10_000;

interface Asked<Given, Answered> {
  readonly given: Given;
  readonly answer: Answered;
}

interface With<Options> {
  readonly query: Query;
  readonly options: Options;
}

/** What a store is asked, and what it answers. */
export interface Questions {
  page: Asked<With<PageOptions>, Page>;
  /** As a page, of more rows. */
  story: Asked<With<PageOptions>, Page>;
  columns: Asked<With<PageOptions>, ColumnsPart>;
  lines: Asked<With<LinesOptions>, LinesPart>;
  row: Asked<RowId, Row | undefined>;
  newRows: Asked<With<NewRowsOptions>, NewRows>;
  count: Asked<With<Bounds>, Answer<number>>;
  histogram: Asked<With<HistogramOptions>, Answer<Histogram>>;
  facets: Asked<With<FacetOptions>, Answer<readonly Facet[]>>;
  group: Asked<With<GroupOptions>, Answer<readonly Group[]>>;
  funnel: Asked<With<FunnelOptions>, Answer<Funnel>>;
  fields: Asked<With<Bounds>, Answer<readonly FieldSeen[]>>;
  ledger: Asked<TimeRange, LedgerAnswer>;
  status: Asked<undefined, ReturnType<typeof answerStatus>>;
}

export type QuestionName = keyof Questions;

const ANSWER: {
  readonly [name in QuestionName]: (
    store: ReadStore,
    given: Questions[name]['given'],
  ) => Questions[name]['answer'];
} = {
  page: (store, { query, options }) => answerPage(store, query, options, MAX_PAGE),
  story: (store, { query, options }) =>
    answerPage(store, query, { ...options, limit: options.limit ?? MAX_STORY }, MAX_STORY),
  columns: (store, { query, options }) => answerColumns(store, query, options),
  lines: (store, { query, options }) => answerLines(store, query, options),
  row: answerRow,
  newRows: (store, { query, options }) => answerNewRows(store, query, options),
  count: (store, { query, options }) => answerCount(store, query, options),
  histogram: (store, { query, options }) => answerHistogram(store, query, options),
  facets: (store, { query, options }) => answerFacets(store, query, options),
  group: (store, { query, options }) => answerGroup(store, query, options),
  funnel: (store, { query, options }) => answerFunnel(store, query, options),
  fields: (store, { query, options }) => answerFields(store, query, options),
  ledger: answerLedger,
  status: answerStatus,
};

/** Answers from what was committed when the store was refreshed last. */
export function answerQuestion<Name extends QuestionName>(
  store: ReadStore,
  name: Name,
  given: Questions[Name]['given'],
): Questions[Name]['answer'] {
  return ANSWER[name](store, given);
}
