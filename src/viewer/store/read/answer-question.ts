import type { Query } from '../../query/query.ts';
import type { Answer, Bounds, Page, PageOptions } from '../event-store.ts';
import { answerCount } from './answer-count.ts';
import { answerPage } from './answer-page.ts';
import type { ReadStore } from './read-store.ts';

/** The most rows of a page. */
const MAX_PAGE = 1000;

/** What a store is asked, and what it answers. */
export interface Questions {
  page: { readonly given: { readonly query: Query; readonly options: PageOptions }; readonly answer: Page };
  count: {
    readonly given: { readonly query: Query; readonly options: Bounds };
    readonly answer: Answer<number>;
  };
}

export type Asked = keyof Questions;

const ANSWER: {
  readonly [asked in Asked]: (
    store: ReadStore,
    given: Questions[asked]['given'],
  ) => Questions[asked]['answer'];
} = {
  page: (store, { query, options }) => answerPage(store, query, options, MAX_PAGE),
  count: (store, { query, options }) => answerCount(store, query, options),
};

/** Answers from what was committed when the store was refreshed last. */
export function answerQuestion<A extends Asked>(
  store: ReadStore,
  asked: A,
  given: Questions[A]['given'],
): Questions[A]['answer'] {
  return ANSWER[asked](store, given);
}
