import { SpanKind } from '@opentelemetry/api';
import type { EventScope } from '../../logger/event-scope.ts';
import { TROUBLED_BANK } from './catalogue.ts';
import type { Visit } from './world.ts';

/** What is to be paid, and by whose card. */
export interface Payment {
  readonly order: string;
  readonly total: number;
  readonly bank: string;
  /** Its last four digits. */
  readonly card: string;
}

/** The bank says no. */
class PaymentDeclined extends Error {
  override readonly name = 'PaymentDeclined';
}

/** The bank says nothing. */
class BankTimeout extends Error {
  override readonly name = 'BankTimeout';
}

const MAX_TRIES = 3;
const TIMEOUT_MS = 2000;

/**
 * `POST /payments` of the other service, which asks the bank, several times if need be.
 * @param traceparent - of the span that called, as its header would be
 * @throws PaymentDeclined or BankTimeout
 */
export async function pay(visit: Visit, payment: Payment, traceparent: string): Promise<void> {
  const { payments, dice, clock } = visit;
  const { order, total, bank, card } = payment;
  const options = { timestamp: clock.nowMs, traceparent, kind: SpanKind.SERVER };
  const scope = payments.track('payment', { order, total, bank, card }, options);
  try {
    await clock.wait(dice.between(2, 10));
    for (let attempt = 1; ; attempt++) {
      try {
        await callBank(visit, scope, bank, attempt);
        break;
      } catch (error) {
        if (!(error instanceof BankTimeout) || attempt === MAX_TRIES) throw error;
        const waitMs = 100 * 2 ** attempt;
        scope.log('payment.retried', { bank, attempt, waitMs }, { timestamp: clock.nowMs, severity: 'WARN' });
        await clock.wait(waitMs);
      }
    }
    scope.add({ authorisation: `a-${dice.id(6)}` });
  } catch (error) {
    scope.fail(error);
    throw error;
  } finally {
    await clock.wait(dice.between(1, 4));
    scope.end({ timestamp: clock.nowMs });
  }
}

/** @throws PaymentDeclined or BankTimeout */
async function callBank(visit: Visit, outer: EventScope, bank: string, attempt: number): Promise<void> {
  const { dice, clock, trouble } = visit;
  const isTroubled = bank === TROUBLED_BANK && clock.nowMs >= trouble.fromMs && clock.nowMs < trouble.toMs;
  const options = { timestamp: clock.nowMs, kind: SpanKind.CLIENT };
  const scope = outer.track('bank.authorise', { bank, attempt }, options);
  try {
    if (dice.chance(isTroubled ? 0.7 : 0.02)) {
      await clock.wait(TIMEOUT_MS);
      throw new BankTimeout(`${bank} did not answer within ${TIMEOUT_MS} ms`);
    }
    await clock.wait(isTroubled ? dice.between(700, 1900) : dice.between(60, 420));
    if (dice.chance(0.06)) throw new PaymentDeclined(`${bank} declined the card`);
  } catch (error) {
    scope.fail(error);
    throw error;
  } finally {
    scope.end({ timestamp: clock.nowMs });
  }
}
