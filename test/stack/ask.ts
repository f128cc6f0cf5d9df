import type { Stack } from '../services/start-stack.ts';
import type { Target } from './panels.ts';

/** What a query of a panel has returned. */
export interface Answer {
  /** Series, streams of lines, or traces. */
  readonly series: number;
  /** Points, lines, or spans. */
  readonly points: number;
  /** The largest value of numbers; undefined for lines and traces. */
  readonly max: number | undefined;
}

interface Matrix {
  readonly status: string;
  readonly data: {
    readonly resultType: 'matrix' | 'vector' | 'streams';
    readonly result: readonly {
      readonly values?: readonly (readonly [unknown, string])[];
      readonly value?: readonly [unknown, string];
    }[];
  };
}

const STEP_S = 5;
const RANGE_S = 3600;

/** What Grafana puts in the place of its own variables; a step of 5 s instead of one by the width of the screen. */
const BUILT_IN: Readonly<Record<string, string>> = {
  __auto: `${STEP_S}s`,
  __range: `${RANGE_S}s`,
  __rate_interval: '10s',
};

/** Asks what a panel asks, as Grafana does: with its variables replaced, over the last hour. */
export async function ask(
  stack: Stack,
  target: Target,
  variables: Readonly<Record<string, string>>,
): Promise<Answer> {
  const replace = (text = ''): string => replaceVariables(text, { ...BUILT_IN, ...variables });
  switch (target.datasource.uid) {
    case 'jaeger':
      return askJaeger(stack, replace(target.service), target.limit ?? 20);
    case 'victorialogs':
      return askVictorialogs(stack, target, replace(target.expr));
    case 'loki':
      return askMatrix(
        `${stack.store.url}/loki/api/v1`,
        replace(target.expr),
        target.queryType === 'instant',
      );
    default:
      return askMatrix(`${stack.prometheus?.url}/api/v1`, replace(target.expr), target.instant === true);
  }
}

/** Loki and Prometheus have the same API. */
async function askMatrix(base: string, expr: string, isInstant: boolean): Promise<Answer> {
  const url = new URL(`${base}/${isInstant ? 'query' : 'query_range'}`);
  const nowS = Date.now() / 1000;
  const time = isInstant
    ? { time: nowS.toFixed(3) }
    : { start: (nowS - RANGE_S).toFixed(3), end: nowS.toFixed(3), step: String(STEP_S) };
  for (const [name, value] of Object.entries({ query: expr, ...time })) url.searchParams.set(name, value);
  return answerOf((await getJson(url)) as Matrix);
}

/** As its plugin does: a path for each type of query, and the time range inside of the query for one value. */
async function askVictorialogs({ store }: Stack, { queryType }: Target, expr: string): Promise<Answer> {
  const nowS = Math.floor(Date.now() / 1000);
  const range = { start: String(nowS - RANGE_S), end: String(nowS) };
  const ask = async (path: string, params: Record<string, string>): Promise<string> =>
    post(`${store.url}/select/logsql/${path}`, params);
  if (queryType === 'stats') {
    const query = `_time:[${range.start}, ${range.end}] ${expr}`;
    return answerOf(JSON.parse(await ask('stats_query', { query, time: range.end })) as Matrix);
  }
  if (queryType === 'statsRange') {
    const step = `${STEP_S}s`;
    return answerOf(JSON.parse(await ask('stats_query_range', { query: expr, ...range, step })) as Matrix);
  }
  const text = await ask('query', { query: `${expr} | sort by (_time) desc`, ...range, limit: '1000' });
  const lines = text.split('\n').filter((line) => line !== '');
  return { series: lines.length === 0 ? 0 : 1, points: lines.length, max: undefined };
}

function answerOf({ data }: Matrix): Answer {
  const points = data.result.flatMap(({ values = [], value }) => (value === undefined ? values : [value]));
  const numbers = points.map(([, value]) => Number(value)).filter((value) => !Number.isNaN(value));
  return {
    series: data.result.length,
    points: points.length,
    max: data.resultType === 'streams' ? undefined : numbers.reduce((a, b) => Math.max(a, b), -Infinity),
  };
}

async function askJaeger({ jaeger }: Stack, service: string, limit: number): Promise<Answer> {
  const url = new URL('/api/traces', jaeger.queryEndpoint);
  for (const [name, value] of Object.entries({ service, limit: String(limit), lookback: '1h' })) {
    url.searchParams.set(name, value);
  }
  const { data } = (await getJson(url)) as { data: readonly { spans: readonly unknown[] }[] };
  return { series: data.length, points: data.flatMap(({ spans }) => spans).length, max: undefined };
}

/** @throws when the server does not answer 200; the message has the query and what it says */
export async function post(url: string, params: Record<string, string>): Promise<string> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(params) });
  const text = await response.text();
  if (response.ok) return text;
  throw new Error(`${url} ${params.query} answered ${response.status}: ${text}`);
}

/** @throws when the server does not answer 200; the message has the query and what it says */
export async function getJson(url: URL | string): Promise<unknown> {
  const response = await fetch(url);
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  throw new Error(`${decodeURIComponent(String(url))} answered ${response.status}: ${text}`);
}

/** `$name` and `${name}`; what is not known stays, for the server to complain about. */
export function replaceVariables(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$(?:\{([\w.]+)\}|(\w+))/g,
    (whole, braced, plain) => variables[braced ?? plain] ?? whole,
  );
}
