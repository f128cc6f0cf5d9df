import { StatementFailure, wrongType } from '../failure.ts';
import { converter, type OttlFunction } from '../function.ts';
import { MAX_INT, MIN_INT } from '../int64.ts';
import { converted, stringLike } from '../parameter.ts';
import { OttlList, OttlMap, type Value } from '../value.ts';

const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/** An int of what can be one; nil for a text that is none. */
function toInt(given: Value): bigint | undefined {
  if (given === undefined || typeof given === 'bigint') return given;
  if (typeof given === 'boolean') return given ? 1n : 0n;
  if (typeof given === 'number') {
    const whole = Number.isFinite(given) ? BigInt(Math.trunc(given)) : MIN_INT;
    return whole < MIN_INT || whole > MAX_INT ? MIN_INT : whole;
  }
  if (typeof given !== 'string') throw wrongType('what can be an int', given);
  // Longer than any int of 64 bits: not worth reading.
  if (!/^[+-]?\d{1,40}$/.test(given)) return undefined;
  const parsed = BigInt(given.replace(/^\+/, ''));
  return parsed < MIN_INT || parsed > MAX_INT ? undefined : parsed;
}

function toFloat(given: Value): number | undefined {
  if (given === undefined || typeof given === 'number') return given;
  if (typeof given === 'bigint' || typeof given === 'boolean') return Number(given);
  if (typeof given !== 'string') throw wrongType('what can be a float', given);
  if (/^[+-]?inf(?:inity)?$/i.test(given)) return given.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(given)) return Number.NaN;
  const parsed = FLOAT.test(given) ? Number(given) : Infinity;
  if (!Number.isFinite(parsed)) throw new StatementFailure('a text that is no float');
  return parsed;
}

function toBool(given: Value): boolean | undefined {
  if (given === undefined || typeof given === 'boolean') return given;
  if (typeof given === 'bigint' || typeof given === 'number') return Number(given) !== 0;
  if (typeof given !== 'string') throw wrongType('what can be a bool', given);
  if (TRUE.has(given)) return true;
  if (FALSE.has(given)) return false;
  throw new StatementFailure('a text that is neither true nor false');
}

function convertedWith(name: string, convert: (given: Value) => Value): OttlFunction {
  return converter(name, { target: converted(convert) }, ({ target }) => target);
}

/** Converters between types, and questions about them. */
export const CONVERSIONS: readonly OttlFunction[] = [
  convertedWith('Int', toInt),
  convertedWith('Double', toFloat),
  convertedWith('Bool', toBool),
  converter('String', { target: stringLike }, ({ target }) => target),
  convertedWith('IsString', (given) => typeof given === 'string'),
  convertedWith('IsInt', (given) => typeof given === 'bigint'),
  convertedWith('IsDouble', (given) => typeof given === 'number'),
  convertedWith('IsBool', (given) => typeof given === 'boolean'),
  convertedWith('IsMap', (given) => given instanceof OttlMap),
  convertedWith('IsList', (given) => given instanceof OttlList),
  converter('Log', { target: converted(toFloat) }, ({ target }) => (row) => {
    const number = target(row);
    if (number === undefined || number <= 0) throw new StatementFailure('expected a number above 0');
    return Math.log(number);
  }),
];
