/** A shop's day in rows, made from a seed: events on spans, sessions, failures, a talk with a model. */
import type { Row } from '../../src/viewer/store/event-store.ts';

export const STEPS = ['cart.viewed', 'checkout.started', 'order.paid'] as const;

const SKUS = ['A1', 'B2', 'C3', 'teapot-green', 'mug-07'];

/** @param endMs - when the last of them happened */
export function madeEvents(sessions: number, endMs: number, seed = 7): Row[] {
  const dice = numbers(seed);
  const rows: Row[] = [];
  let next = 0;
  const add = (row: Partial<Row> & Pick<Row, 'timeMs' | 'name'>): void => {
    rows.push(madeRow(`r${next++}`, row));
  };
  for (let session = 0; session < sessions; session++) {
    const user = `u${Math.floor(dice() * sessions * 0.7)}`;
    const start = endMs - 86_400_000 * (1 - session / sessions) * (0.4 + 0.6 * dice());
    const shared = { 'session.id': `s-${session}`, 'user.id': user, plan: dice() < 0.3 ? 'pro' : 'free' };
    let at = start;
    const hasFailed = dice() < 0.12;
    const depth = 1 + Math.floor(dice() * 3);
    for (let step = 0; step < depth; step++) {
      const trace = hex(dice, 32);
      const root = hex(dice, 16);
      const wait = 20 + dice() * 400;
      const isLast = step === depth - 1;
      const failed = hasFailed && isLast;
      const name = STEPS[step] ?? 'order.paid';
      const total = Math.round(dice() * 20_000) / 100;
      const items = SKUS.filter(() => dice() < 0.4).map((sku) => ({ sku, qty: 1 + Math.floor(dice() * 3) }));
      add({
        kind: 'span',
        timeMs: at,
        name: `POST /${name.split('.')[0]}`,
        traceId: trace,
        spanId: root,
        durationMs: wait,
        status: failed ? 'error' : 'ok',
        attributes: { ...shared, 'http.response.status_code': failed ? 502 : 200, 'url.path': `/${name}` },
      });
      const inner = hex(dice, 16);
      add({
        kind: 'span',
        timeMs: at + wait * 0.1,
        name: 'SELECT cart',
        service: 'stock',
        traceId: trace,
        spanId: inner,
        parentSpanId: root,
        durationMs: wait * 0.35,
        status: 'ok',
        attributes: { 'db.system.name': 'postgresql', 'db.query.text': 'SELECT * FROM cart\nWHERE id = $1' },
      });
      add({
        timeMs: at + wait * 0.5,
        name,
        severity: 9,
        traceId: trace,
        spanId: root,
        attributes: { ...shared, total, currency: 'EUR', items, address: { country: 'DE', city: 'Köln' } },
      });
      if (failed) {
        add({
          timeMs: at + wait * 0.8,
          name: 'payment.declined',
          severity: 17,
          service: 'payment',
          traceId: trace,
          spanId: root,
          body: `card declined by the bank after ${Math.round(wait)} ms`,
          attributes: { ...shared, 'error.type': 'CardDeclined', total, attempt: 2 },
        });
      } else if (dice() < 0.2) {
        add({
          timeMs: at + wait * 0.9,
          name: 'stock.low',
          severity: 13,
          service: 'stock',
          body: 'fewer than 5 left',
          attributes: { sku: SKUS[Math.floor(dice() * SKUS.length)], left: Math.floor(dice() * 5) },
        });
      }
      at += 4000 + dice() * 200_000;
    }
  }
  for (const row of madeTalk(endMs - 3_600_000)) add(row);
  // As a store numbers them.
  return rows.sort((a, b) => a.timeMs - b.timeMs).map((row, at) => ({ ...row, id: String(at) }));
}

function madeTalk(startMs: number): (Partial<Row> & Pick<Row, 'timeMs' | 'name'>)[] {
  const shared = { 'gen_ai.conversation.id': 'talk-1', 'session.id': 's-1', 'user.id': 'u1' };
  const text = (role: string, content: string) => ({ role, parts: [{ type: 'text', content }] });
  const asked = text('user', 'Where is my order 4711? It should have come yesterday.');
  const call = {
    role: 'assistant',
    parts: [{ type: 'tool_call', id: 'c1', name: 'find_order', arguments: { order: 4711 } }],
  };
  const found = {
    role: 'tool',
    parts: [{ type: 'tool_call_response', id: 'c1', response: { state: 'in transit', place: 'Köln' } }],
  };
  const told = text('assistant', 'It left Köln this morning and comes to you tomorrow.');
  const model = { 'gen_ai.request.model': 'gpt-5-mini', 'gen_ai.operation.name': 'chat' };
  const turn = (timeMs: number, input: unknown[], output: unknown) => ({
    timeMs,
    name: 'gen_ai.client.inference.operation.details',
    severity: 9,
    attributes: {
      ...shared,
      ...model,
      'event.duration': 1.2,
      'gen_ai.usage.input_tokens': 340,
      'gen_ai.usage.output_tokens': 28,
      'gen_ai.system_instructions': [{ type: 'text', content: 'You help customers of a shop for tea.' }],
      'gen_ai.input.messages': input,
      'gen_ai.output.messages': [output],
    },
  });
  return [
    turn(startMs, [asked], call),
    turn(startMs + 3000, [asked, call, found], told),
    {
      timeMs: startMs + 60_000,
      name: 'gen_ai.evaluation.result',
      severity: 9,
      attributes: {
        ...shared,
        'gen_ai.evaluation.name': 'helpful',
        'gen_ai.evaluation.score.value': 0.5,
        'gen_ai.evaluation.score.label': 'fair',
        'gen_ai.evaluation.explanation': 'The answer was right, but late.',
      },
    },
  ];
}

export function madeRow(id: string, row: Partial<Row> & Pick<Row, 'timeMs' | 'name'>): Row {
  const service = row.service ?? 'shop';
  return {
    id,
    kind: 'event',
    timeUnixNano: `${BigInt(Math.round(row.timeMs * 1000)) * 1000n}`,
    severity: 0,
    attributes: {},
    resource: { 'service.name': service, 'host.name': 'web-1', 'service.version': '1.4.0' },
    scope: 'otel-events',
    ...row,
    service,
  };
}

/** Numbers from 0 to 1, the same for the same seed. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function hex(dice: () => number, digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(dice() * 16).toString(16)).join('');
}
