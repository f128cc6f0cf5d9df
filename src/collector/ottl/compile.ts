import { nearestName } from '../../nearest-name.ts';
import { keyValue } from '../../otlp/wire/entries.ts';
import { calculate, negate } from './calculate.ts';
import { compare } from './compare.ts';
import { CONTEXT_NAMES, type Context } from './contexts.ts';
import { toAnyValue } from './convert-value.ts';
import type { ExpressionReader } from './expression-reader.ts';
import { StatementFailure } from './failure.ts';
import type { OttlFunction } from './function.ts';
import { FUNCTIONS_ELSEWHERE } from './functions-elsewhere.ts';
import { type Accessor, constant, type Getter } from './getter.ts';
import { getInResult, type Keys } from './indexing.ts';
import { isEnumName, isPathName } from './names.ts';
import type { Field, Fields } from './paths/field.ts';
import type { Row } from './row.ts';
import { StatementError } from './statement-error.ts';
import type { Call, Condition, Expression, Name, PathExpression, Segment } from './syntax.ts';
import { OttlList, OttlMap } from './value.ts';
import { whyNoStart } from './why-no-context.ts';

export interface CompilerOptions {
  readonly context: Context;
  readonly functions: ReadonlyMap<string, OttlFunction>;
  /** Whether a path may leave the context's name out; where statements say no context, none can. */
  readonly mayOmitContext: boolean;
}

/** Turns the expressions of one statement into closures, once, when the collector starts. */
export class Compiler implements ExpressionReader {
  readonly #statement: string;
  readonly #options: CompilerOptions;

  constructor(statement: string, options: CompilerOptions) {
    this.#statement = statement;
    this.#options = options;
  }

  condition(condition: Condition): (row: Row) => boolean {
    switch (condition.kind) {
      case 'constant':
        return () => condition.value;
      case 'not': {
        const part = this.condition(condition.part);
        return (row) => !part(row);
      }
      case 'and': {
        if (condition.parts.some((part) => part.kind === 'constant' && !part.value)) return () => false;
        const parts = condition.parts.map((part) => this.condition(part));
        return (row) => parts.every((part) => part(row));
      }
      case 'or': {
        // As in the OpenTelemetry Collector, the other parts are not asked then: none of them can fail.
        if (condition.parts.some((part) => part.kind === 'constant' && part.value)) return () => true;
        const parts = condition.parts.map((part) => this.condition(part));
        return (row) => parts.some((part) => part(row));
      }
      case 'test':
        return this.#test(condition.call);
      case 'compare': {
        const left = this.getter(condition.left);
        const right = this.getter(condition.right);
        return (row) => compare(left(row), condition.operator, right(row));
      }
    }
  }

  #test(call: Call): (row: Row) => boolean {
    const result = this.call(call);
    return (row) => {
      const value = result(row);
      if (typeof value !== 'boolean')
        throw new StatementFailure('a condition is true or false, and this is neither');
      return value;
    };
  }

  getter(expression: Expression): Getter {
    switch (expression.kind) {
      case 'literal':
        return constant(expression.value);
      case 'name':
        return constant(this.#enum(expression));
      case 'path':
        return this.accessor(expression).get;
      case 'call':
        return this.call(expression);
      case 'list':
        return listOf(expression.items.map((item) => this.getter(item)));
      case 'map':
        return mapOf(expression.entries.map(({ key, value }) => ({ key, get: this.getter(value) })));
      case 'negate': {
        const operand = this.getter(expression.operand);
        return (row) => negate(operand(row));
      }
      case 'math': {
        const { operator } = expression;
        const left = this.getter(expression.left);
        const right = this.getter(expression.right);
        return (row) => calculate(left(row), operator, right(row));
      }
    }
  }

  /** A path, to be set as well. @throws StatementError for anything else */
  accessor(expression: Expression): Accessor {
    if (expression.kind !== 'path')
      throw this.error(expression, 'expected a path, such as log.attributes["name"]');
    const { field, keys } = this.#field(expression);
    if (keys.length === 0) return field;
    const { keyed } = field;
    if (keyed === undefined) throw this.error(expression, 'this field takes no [ ]');
    return { get: (row) => keyed.get(row, keys), set: (row, value) => keyed.set(row, keys, value) };
  }

  call(call: Call): Getter {
    const result = this.#function(call, (parameters) => this.#args(call, parameters));
    const keys = call.keys.map((key) => this.getter(key));
    return keys.length === 0 ? result : (row) => getInResult(row, result(row), keys);
  }

  /** A function that is named and not called, with what it is to be called with. */
  callWith(name: Name, input: Getter): Getter {
    return this.#function(name, (parameters) => {
      const [only, ...others] = Object.keys(parameters);
      if (only === undefined || others.some((other) => parameters[other]?.isOptional === false)) {
        throw this.error(name, `${name.name} does not take one string`);
      }
      return { [only]: input };
    });
  }

  /** Runs what may find that an expression cannot be meant, and says where that stands. */
  guarded<T>(expression: Expression, run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw error instanceof StatementFailure ? this.error(expression, error.message) : error;
    }
  }

  error({ at }: { readonly at: number }, message: string): StatementError {
    return new StatementError(this.#statement, at, message);
  }

  #function(
    named: Call | Name,
    read: (parameters: OttlFunction['parameters']) => Record<string, unknown>,
  ): Getter {
    const { functions } = this.#options;
    const found = functions.get(named.name);
    if (found === undefined) throw this.error(named, this.#whyNoFunction(named.name));
    const args = read(found.parameters);
    try {
      return found.create(args);
    } catch (error) {
      throw error instanceof StatementFailure ? this.error(named, `${named.name}: ${error.message}`) : error;
    }
  }

  #whyNoFunction(name: string): string {
    if (FUNCTIONS_ELSEWHERE.has(name)) return `the OpenTelemetry Collector has ${name}; this engine does not`;
    const known = [...this.#options.functions.keys()];
    const otherCase = known.find((one) => one.toLowerCase() === name.toLowerCase());
    if (otherCase !== undefined) return `unknown function ${name}; did you mean ${otherCase}?`;
    if (isPathName(name) && !known.some(isPathName))
      return `${name} would change a record, and a condition asks`;
    const nearest = nearestName(name, known);
    return `unknown function ${name}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`;
  }

  #args(call: Call, parameters: OttlFunction['parameters']): Record<string, unknown> {
    const names = Object.keys(parameters);
    const tooMany = call.args[names.length];
    if (tooMany !== undefined)
      throw this.error(tooMany, `one argument too many for ${signatureOf(call.name, parameters)}`);
    const args: Record<string, unknown> = Object.create(null);
    for (const [index, argument] of call.args.entries()) {
      // `resolveConflicts` and `resolve_conflicts` are the same.
      const given = argument.name?.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      const name = given ?? (names[index] as string);
      const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
      if (parameter === undefined) throw this.error(argument, this.#whyNoParameter(call.name, name, names));
      args[name] = parameter.read(argument.value, this);
    }
    const missing = names.find((name) => !(name in args) && parameters[name]?.isOptional === false);
    if (missing !== undefined)
      throw this.error(call, `${missing} is missing in ${signatureOf(call.name, parameters)}`);
    return args;
  }

  #whyNoParameter(name: string, given: string, known: readonly string[]): string {
    const nearest = nearestName(given, known);
    return `${name} has no ${given}; ${nearest === undefined ? `it takes ${known.join(', ')}` : `did you mean ${nearest}?`}`;
  }

  #enum(name: Name): bigint {
    const { context, functions } = this.#options;
    const found = context.enums.get(name.name);
    if (found !== undefined) return found;
    if (!isEnumName(name.name) || functions.has(name.name))
      throw this.error(name, `expected ( behind ${name.name}`);
    const known = [...context.enums.keys()];
    const nearest = known.find((one) => one.endsWith(`_${name.name}`)) ?? nearestName(name.name, known);
    const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    throw this.error(name, `there is no enum ${name.name} for a ${context.name}${hint}`);
  }

  #field(path: PathExpression): { field: Field; keys: Keys } {
    const { context, mayOmitContext } = this.#options;
    const [first, ...rest] = path.segments;
    const named = rest.length === 0 || first === undefined ? undefined : context.fields.get(first.name);
    const isElsewhere = rest.length > 0 && CONTEXT_NAMES.some((known) => known === first?.name);
    if (named === undefined && first !== undefined && (!mayOmitContext || isElsewhere))
      throw this.error(path, this.#whyNoContext(path, first.name));
    const [own] = context.fields.values();
    const fields = named ?? own;
    const segments = named === undefined ? path.segments : rest;
    const name = segments.map((segment) => segment.name).join('.');
    const field = fields?.get(name);
    if (field === undefined) throw this.error(path, this.#whyNoField(segments, fields ?? new Map()));
    const early = segments.slice(0, -1).find(({ keys }) => keys.length > 0);
    if (early !== undefined) throw this.error(early, `${early.name} takes no [ ] here`);
    return { field, keys: (segments.at(-1)?.keys ?? []).map((key) => this.getter(key)) };
  }

  #whyNoContext(path: PathExpression, name: string): string {
    const { context } = this.#options;
    const names = [...context.fields.keys()];
    const own = context.fields.get(name);
    if (own !== undefined) {
      const example = own.has('attributes') ? 'attributes' : 'name';
      return `${name} alone is no path; a field follows, as in ${name}.${example}`;
    }
    if (CONTEXT_NAMES.some((known) => known === name))
      return `${name} is not to be had where statements run for a ${context.name}; paths begin with ${names.join(', ')}`;
    return whyNoStart(path, context.fields);
  }

  #whyNoField(segments: readonly Segment[], fields: Fields): string {
    const name = segments.map((segment) => segment.name).join('.');
    const known = [...fields.keys()];
    const [first, ...rest] = segments.map((segment) => segment.name);
    // `log.attributes.user` is how it would be written elsewhere.
    if (first !== undefined && rest.length > 0 && fields.get(first)?.keyed !== undefined)
      return `there is no field ${name}; did you mean ${first}["${rest.join('.')}"]?`;
    const nearest = nearestName(name, known);
    return `there is no field ${name}; ${nearest === undefined ? `there are ${known.join(', ')}` : `did you mean ${nearest}?`}`;
  }
}

/** How a function is called; a `?` is behind what may be left out. */
function signatureOf(name: string, parameters: OttlFunction['parameters']): string {
  const written = Object.entries(parameters).map(([one, { isOptional }]) => `${one}${isOptional ? '?' : ''}`);
  return `${name}(${written.join(', ')})`;
}

function listOf(items: readonly Getter[]): Getter {
  const make: Getter = (row) => new OttlList(items.map((item) => toAnyValue(item(row))));
  return items.every((item) => item.constant !== undefined) ? constant(make({} as Row)) : make;
}

function mapOf(entries: readonly { readonly key: string; readonly get: Getter }[]): Getter {
  const unique = [...new Map(entries.map((entry) => [entry.key, entry])).values()];
  const make: Getter = (row) =>
    new OttlMap(unique.map(({ key, get }) => keyValue(key, toAnyValue(get(row)))));
  return unique.every(({ get }) => get.constant !== undefined) ? constant(make({} as Row)) : make;
}
