// A method table with its schemas, each compiled once for a process and shared by all its connections.
// Callers: rpc.ts and commlink.ts compile; the two sides of a connection look rows up.
import type { MethodSpec, MethodTable } from '../method-table.ts';
import { compileSchema, type SchemaCheck } from '../schema.ts';

/** One method, ready to be called or served. `quotedName` is the name as JSON text. */
export interface CompiledMethod {
  readonly name: string;
  readonly quotedName: string;
  readonly spec: MethodSpec;
  readonly params: SchemaCheck<unknown>;
  readonly result: SchemaCheck<unknown>;
}

/** Method name to compiled row. A Map, so that names like `constructor` find nothing. */
export type CompiledTable = ReadonlyMap<string, CompiledMethod>;

const methodName = /^[a-z][A-Za-z0-9.-]{0,63}$/;

/** Every row by its name. Throws TypeError for a name that could not stand in a line as it is. */
export function compileTable(table: MethodTable): CompiledTable {
  return new Map(Object.entries(table).map(([name, spec]) => [name, compileMethod(name, spec)]));
}

function compileMethod(name: string, spec: MethodSpec): CompiledMethod {
  if (!methodName.test(name)) throw new TypeError(`${name} is not a method name.`);
  return {
    name,
    quotedName: `"${name}"`,
    spec,
    params: compileSchema(`parameters of ${name}`, spec.params),
    result: compileSchema(`result of ${name}`, spec.result),
  };
}
