// The traffic of the stack's demo: real requests over real HTTP.
import { setTimeout as sleep } from 'node:timers/promises';

export interface VisitorsOptions {
  /** Base URL of the coffee house. */
  readonly url: string;
  readonly perSecond: number;
  /** How many visits; Infinity for no end. */
  readonly visits: number;
  readonly signal: AbortSignal;
}

const USERS = ['ada', 'grace', 'linus', 'margaret', 'tim', 'radia', 'ken'];
const SKUS = ['espresso', 'flat-white', 'cake'];
const QUESTIONS = ['What goes with cake?', 'How strong is an espresso?', 'Do you have oat milk?'];
const RATINGS = [1, undefined, 0, 1];

/** Sends visitors until there were enough of them, or the signal comes; waits for those who are inside. */
export async function sendVisitors({ url, perSecond, visits, signal }: VisitorsOptions): Promise<void> {
  const inside = new Set<Promise<void>>();
  for (let count = 0; count < visits && !signal.aborted; count++) {
    const visit = visitOnce(url, count).finally(() => inside.delete(visit));
    inside.add(visit);
    await sleep(1000 / perSecond, undefined, { signal }).catch(() => {});
  }
  await Promise.all(inside);
}

/** Everybody looks, most put something into the cart, half order, some cards are declined, some ask. */
async function visitOnce(url: string, count: number): Promise<void> {
  const user = pick(USERS, count);
  const sku = pick(SKUS, count);
  const headers = { 'x-user': user, 'content-type': 'application/json', 'user-agent': 'demo-visitor/1.0' };
  const post = async (path: string, body: object): Promise<void> => {
    await (await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).text();
  };
  await (await fetch(`${url}/menu/${sku}`, { headers })).text();
  if (count % 4 !== 3) await post('/cart', { sku });
  const card = count % 10 === 4 ? '4000000000000002' : '5555444433331111';
  // A cart without anything in it gives an order of nothing, which is no order.
  if (count % 2 === 0) await post('/orders', { items: count % 20 === 8 ? [] : [sku, 'cake'], card });
  if (count % 3 === 0) {
    const question = pick(QUESTIONS, count / 3);
    await post('/questions', { question, thread: `${user}-${count}`, rating: pick(RATINGS, count / 3) });
  }
}

function pick<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T;
}
