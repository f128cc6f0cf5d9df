import type { MathOperator } from './calculate.ts';
import type { Comparison } from './compare.ts';
import type { Value } from './value.ts';

interface Base {
  /** Where it begins in the statement, from 0. */
  readonly at: number;
}

/** What has a value. */
export type Expression =
  | Literal
  | Name
  | ListExpression
  | MapExpression
  | PathExpression
  | Call
  | MathExpression
  | Negation;

export interface Literal extends Base {
  readonly kind: 'literal';
  readonly value: Value;
}

/** A word without parentheses: an enum such as `SPAN_KIND_SERVER`, or the name of a function. */
export interface Name extends Base {
  readonly kind: 'name';
  readonly name: string;
}

export interface ListExpression extends Base {
  readonly kind: 'list';
  readonly items: readonly Expression[];
}

export interface MapExpression extends Base {
  readonly kind: 'map';
  readonly entries: readonly { readonly key: string; readonly value: Expression }[];
}

/** `log.attributes["a"][0]`. */
export interface PathExpression extends Base {
  readonly kind: 'path';
  readonly segments: readonly Segment[];
}

export interface Segment extends Base {
  readonly name: string;
  /** What stands in brackets behind it. */
  readonly keys: readonly Expression[];
}

export interface Call extends Base {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Argument[];
  readonly keys: readonly Expression[];
}

export interface Argument extends Base {
  /** Undefined: by its place. */
  readonly name: string | undefined;
  readonly value: Expression;
}

export interface MathExpression extends Base {
  readonly kind: 'math';
  readonly operator: MathOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Negation extends Base {
  readonly kind: 'negate';
  readonly operand: Expression;
}

/** What is true or false. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'test'; readonly call: Call }
  | {
      readonly kind: 'compare';
      readonly operator: Comparison;
      readonly left: Expression;
      readonly right: Expression;
    };

/** `set(log.body, "a") where log.event_name == "b"`. */
export interface Statement {
  readonly editor: Call;
  readonly where: Condition | undefined;
}
