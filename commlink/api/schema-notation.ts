// Writes a JSON schema as a reader sees it at a glance: names, types, bounds, one member a line. Called by description-page.ts
// for the schemas of the API's own description.

/** What is read of a schema. */
export interface NotedSchema {
  readonly type?: string | undefined;
  readonly const?: unknown;
  readonly anyOf?: readonly NotedSchema[];
  readonly properties?: Readonly<Record<string, NotedSchema>>;
  readonly required?: readonly string[];
  readonly items?: NotedSchema;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly default?: unknown;
}

const indentation = '  ';

/** The notation: `{ name: string ≤ 100, lifetimeDays?: integer 1–366 }`, over several lines. */
export function noteSchema(schema: NotedSchema, depth = 0): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf) return noteChoice(schema.anyOf, depth);
  if (schema.properties) return noteObject(schema, depth);
  if (schema.type === 'array') return `[ ${schema.items ? noteSchema(schema.items, depth) : 'any'}, … ]`;
  return `${schema.format ?? schema.type ?? 'any'}${noteBounds(schema)}`;
}

function noteChoice(choices: readonly NotedSchema[], depth: number): string {
  return choices.map((choice) => noteSchema(choice, depth)).join(' | ');
}

function noteObject({ properties = {}, required = [] }: NotedSchema, depth: number): string {
  const inner = indentation.repeat(depth + 1);
  const members = Object.entries(properties).map(([name, member]) => {
    const optional = required.includes(name) ? '' : '?';
    return `${inner}${name}${optional}: ${noteSchema(member, depth + 1)}`;
  });
  return members.length === 0 ? '{}' : `{\n${members.join('\n')}\n${indentation.repeat(depth)}}`;
}

function noteBounds({ minimum, maximum, maxLength, default: preset }: NotedSchema): string {
  const from = minimum === undefined ? '' : `${minimum}–`;
  const isSafeInteger = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  const range = isSafeInteger ? ` ${from}${maximum}` : minimum ? ` ≥ ${minimum}` : '';
  const length = maxLength === undefined ? '' : ` ≤ ${maxLength}`;
  return `${range}${length}${preset === undefined ? '' : ` = ${JSON.stringify(preset)}`}`;
}
