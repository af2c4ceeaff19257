// The one door to the schema library: message schemas, configuration schemas and the HTTP API's schemas
// are all written with the `Type` exported here, and checked by `compileSchema`.
// Callers: every room. Trusts nothing: what comes in is `unknown` until it has passed.
import { Type, type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Default } from 'typebox/value';

export { Type };
export type { Static, TSchema };

/** What a value was refused for: the place in the value (JSON pointer) and a plain reason. */
export interface SchemaViolation {
  readonly path: string;
  readonly message: string;
}

/** Thrown by `SchemaCheck.parse`; `violations` lists at most eight of them. */
export class SchemaError extends Error {
  readonly code = 'SCHEMA_MISMATCH';
  readonly violations: readonly SchemaViolation[];

  constructor(what: string, violations: readonly SchemaViolation[]) {
    const first = violations[0];
    super(`${what} is not well formed${first ? `: ${first.path || '/'} ${first.message}` : ''}`);
    this.name = 'SchemaError';
    this.violations = violations;
  }
}

/** A compiled schema. `parse` returns the same object, typed, or throws a SchemaError; it never coerces. */
export interface SchemaCheck<T> {
  readonly matches: (value: unknown) => value is T;
  readonly parse: (value: unknown) => T;
}

const violationsMax = 8;

/**
 * A schema's check. It is compiled once, when it is used first: a program knows hundreds, a command of the command line
 * needs three. `what` names the value in error messages ("grant", "configuration").
 */
export function compileSchema<S extends TSchema>(what: string, schema: S): SchemaCheck<Static<S>> {
  let compiled: ReturnType<typeof Compile<S>> | null = null;
  const validator = () => (compiled ??= Compile(schema));
  const matches = (value: unknown): value is Static<S> => validator().Check(value);
  const parse = (value: unknown): Static<S> => {
    if (matches(value)) return value;
    const violations = [...validator().Errors(value)]
      .filter((error) => error.keyword !== 'boolean')
      .slice(0, violationsMax)
      .map((error) => ({ path: error.instancePath, message: error.message }));
    throw new SchemaError(what, violations);
  };
  return { matches, parse };
}

/** An object schema that refuses members it does not name. `default`: what `fillDefaults` puts where it is missing. */
export function strictObject<P extends Parameters<typeof Type.Object>[0]>(
  properties: P,
  options: { readonly default?: object } = {},
) {
  return Type.Object(properties, { ...options, additionalProperties: false });
}

/** A copy of `value` with the `default` of each member of `schema` that it lacks. It is not checked. */
export function fillDefaults(schema: TSchema, value: unknown): unknown {
  return Default(schema, structuredClone(value));
}
