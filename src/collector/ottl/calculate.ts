import { StatementFailure, wrongType } from './failure.ts';
import { Duration, Instant, type Value } from './value.ts';

export type MathOperator = '+' | '-' | '*' | '/';

/**
 * Calculates with ints of 64 bits, floats, times and durations; an int and a float make a float.
 * @throws StatementFailure for other types, and for a division by zero
 * @see OTTL's LANGUAGE.md, "Math Expressions"
 */
export function calculate(left: Value, operator: MathOperator, right: Value): Value {
  if (typeof left === 'bigint' && typeof right === 'bigint') return withInts(left, operator, right);
  if (typeof left === 'bigint' || typeof left === 'number') {
    if (typeof right !== 'bigint' && typeof right !== 'number') throw wrongType('an int or a float', right);
    return withFloats(Number(left), operator, Number(right));
  }
  if (left instanceof Instant || left instanceof Duration) return withTimes(left, operator, right);
  throw wrongType('an int, a float, a time or a duration', left);
}

/** The value with the other sign. */
export function negate(value: Value): Value {
  if (typeof value === 'bigint') return BigInt.asIntN(64, -value);
  if (typeof value === 'number') return -value;
  throw wrongType('an int or a float behind a minus', value);
}

function withInts(left: bigint, operator: MathOperator, right: bigint): bigint {
  switch (operator) {
    case '+':
      return BigInt.asIntN(64, left + right);
    case '-':
      return BigInt.asIntN(64, left - right);
    case '*':
      return BigInt.asIntN(64, left * right);
    case '/':
      if (right === 0n) throw new StatementFailure('division by zero');
      return BigInt.asIntN(64, left / right);
  }
}

function withFloats(left: number, operator: MathOperator, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      if (right === 0) throw new StatementFailure('division by zero');
      return left / right;
  }
}

function withTimes(left: Instant | Duration, operator: MathOperator, right: Value): Value {
  if (operator !== '+' && operator !== '-')
    throw new StatementFailure('times and durations can be added and subtracted, nothing else');
  if (left instanceof Instant) {
    if (right instanceof Duration)
      return new Instant(BigInt.asIntN(64, withInts(left.unixNano, operator, right.nanoseconds)));
    if (right instanceof Instant && operator === '-') return new Duration(left.unixNano - right.unixNano);
    throw wrongType(operator === '-' ? 'a time or a duration' : 'a duration', right);
  }
  if (right instanceof Duration) return new Duration(withInts(left.nanoseconds, operator, right.nanoseconds));
  if (right instanceof Instant && operator === '+') return new Instant(right.unixNano + left.nanoseconds);
  throw wrongType('a duration', right);
}
