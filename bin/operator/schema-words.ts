// What a place in a schema takes, in words that a person can act on: "one of trace, debug, info". Reads the schemas as
// JSON Schema, which they are. Called by configuration-shape.ts.
import type { TSchema } from '#commlink/schema.ts';

/** The members of JSON Schema that ours use. */
interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** The schema at a path below `schema`; null when there is no such place. */
export function schemaAt(schema: TSchema, path: readonly string[]): TSchema | null {
  return path.reduce<JsonSchema | null>(partOf, schema);
}

/** The names of what may be at a place; none when it is a single value, a list, or there is no such place. */
export function namesAt(schema: TSchema, path: readonly string[]): string[] {
  const place: JsonSchema | null = schemaAt(schema, path);
  const variants = place === null ? [] : (place.anyOf ?? [place]);
  return variants.flatMap(({ properties = {} }) => Object.keys(properties));
}

/** What fits there, as the end of "it must be …"; null when the schema's own words are better. */
export function describeSchema(schema: TSchema | null): string | null {
  const words = schema === null ? null : describe(schema);
  return words === null ? null : `it must be ${words}`;
}

function partOf(schema: JsonSchema | null, part: string): JsonSchema | null {
  if (schema === null) return null;
  if (schema.anyOf) {
    const found = schema.anyOf.map((variant) => partOf(variant, part)).find((variant) => variant !== null);
    return found ?? null;
  }
  if (schema.items) return /^\d+$/.test(part) ? schema.items : null;
  const { properties = {} } = schema;
  return Object.hasOwn(properties, part) ? (properties[part] ?? null) : null;
}

function describe({ type, anyOf, minimum, maximum, ...schema }: JsonSchema): string | null {
  if ('const' in schema) return JSON.stringify(schema.const).replaceAll('"', '');
  if (anyOf) {
    const words = anyOf.map(describe);
    if (words.some((word) => word === null)) return null;
    const all = words.filter((word) => word !== null);
    return all.length > 2 ? `one of ${all.join(', ')}` : all.join(' or ');
  }
  if (type === 'boolean') return 'true or false';
  if (type === 'null') return 'null';
  if (type === 'integer') {
    if (maximum !== undefined) return `a whole number from ${minimum ?? 0} to ${maximum}`;
    return minimum === undefined ? 'a whole number' : `a whole number, at least ${minimum}`;
  }
  return null;
}
