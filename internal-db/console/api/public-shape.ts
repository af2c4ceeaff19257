// The outside of a message between rooms: where that has milliseconds since 1970, the API has RFC 3339, and the name loses its
// unit: `notAfterMs: 1798761599999` is `"notAfter": "2026-12-31T23:59:59.999Z"`. So the API needs no schemas beside those of the
// method tables, and can't say anything else than they do. Lengths of time stay numbers (`durationMs`). Called by
// add-operation.ts for each operation, once.
import { Time } from '#commlink/api/moment.ts';
import { AtMs } from '#commlink/methods/fields.ts';
import { Type, compileSchema, type TSchema } from '#commlink/schema.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A schema as it is outside, and how values get there and back. */
export interface PublicShape {
  readonly schema: TSchema;
  toPublic(value: unknown): unknown;
  /** Of a value that fits `schema`. */
  fromPublic(value: unknown): unknown;
}

interface ObjectSchema extends TSchema {
  readonly properties: Readonly<Record<string, TSchema>>;
  readonly additionalProperties?: boolean | TSchema;
}

const asItIs = (value: unknown): unknown => value;
const moment: PublicShape = {
  schema: Time,
  toPublic: (value) => new Date(value as number).toISOString(),
  fromPublic: (value) => Date.parse(value as string),
};

/** The outside of a schema. */
export function publicShapeOf(schema: TSchema): PublicShape {
  if (isMoment(schema)) return moment;
  if (isObject(schema)) return shapeOfObject(schema);
  if ('items' in schema) return shapeOfArray(schema as TSchema & { items: TSchema });
  if ('anyOf' in schema) return shapeOfChoice(schema as TSchema & { anyOf: readonly TSchema[] });
  return { schema, toPublic: asItIs, fromPublic: asItIs };
}

const boundOf = (schema: TSchema): unknown => (schema as { readonly maximum?: number }).maximum;

/** Whether a schema is of milliseconds since 1970. Copies of AtMs are told by its bound, which nothing else has. */
function isMoment(schema: TSchema): boolean {
  return boundOf(schema) === boundOf(AtMs);
}

function isObject(schema: TSchema): schema is ObjectSchema {
  return 'properties' in schema;
}

/** A member's name outside: a moment, or a moment or null, loses its unit. */
export function publicNameOf(name: string, schema: TSchema): string {
  const choices = 'anyOf' in schema ? (schema.anyOf as readonly TSchema[]) : [schema];
  return choices.some(isMoment) ? name.replace(/Ms$/, '') : name;
}

function shapeOfObject(schema: ObjectSchema): PublicShape {
  const members = Object.entries(schema.properties).map(([name, member]) => {
    const shape = publicShapeOf(member);
    const isOptional = Type.IsOptional(member);
    const outside = isOptional ? Type.Optional(shape.schema) : shape.schema;
    return { name, publicName: publicNameOf(name, member), shape, outside };
  });
  const convert = (value: unknown, isOut: boolean): unknown => {
    const converted: Record<string, unknown> = {};
    for (const { name, publicName, shape } of members) {
      const [from, to] = isOut ? [name, publicName] : [publicName, name];
      const member = (value as Fields)[from];
      if (member === undefined) continue;
      converted[to] = isOut ? shape.toPublic(member) : shape.fromPublic(member);
    }
    return converted;
  };
  const properties = Object.fromEntries(members.map(({ publicName, outside }) => [publicName, outside]));
  return {
    schema: Type.Object(properties, { additionalProperties: false }),
    toPublic: (value) => convert(value, true),
    fromPublic: (value) => convert(value, false),
  };
}

function shapeOfArray(schema: TSchema & { items: TSchema }): PublicShape {
  const items = publicShapeOf(schema.items);
  const { items: _items, type: _type, ...bounds } = schema as TSchema & { items: TSchema; type: unknown };
  return {
    schema: Type.Array(items.schema, bounds),
    toPublic: (value) => (value as unknown[]).map((item) => items.toPublic(item)),
    fromPublic: (value) => (value as unknown[]).map((item) => items.fromPublic(item)),
  };
}

function shapeOfChoice(schema: TSchema & { anyOf: readonly TSchema[] }): PublicShape {
  const choices = schema.anyOf.map((choice) => {
    const shape = publicShapeOf(choice);
    return { shape, inside: compileSchema('choice', choice), outside: compileSchema('choice', shape.schema) };
  });
  return {
    schema: Type.Union(choices.map(({ shape }) => shape.schema)),
    toPublic: (value) => choices.find(({ inside }) => inside.matches(value))?.shape.toPublic(value) ?? value,
    fromPublic: (value) =>
      choices.find(({ outside }) => outside.matches(value))?.shape.fromPublic(value) ?? value,
  };
}
