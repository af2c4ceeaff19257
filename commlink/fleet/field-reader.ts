// Reads the members of JSON that came from outside, each with its limit, into typed values: what appliances parse with, since
// the schema library alone would take a quarter of their memory. Members that nobody asks for are left out, so that an older
// reader understands a newer writer. Callers: the readers of this folder. Throws DocumentError `malformed`, and nothing else.
import { DocumentError } from '../document-error.ts';

/** Limits of a text: characters, and how it is written. */
export interface TextLimits {
  readonly max: number;
  readonly pattern?: RegExp;
}

/** One object, member by member. */
export class FieldReader {
  readonly #what: string;
  readonly #members: Readonly<Record<string, unknown>>;

  /** `what` names the value in errors: "beat". */
  constructor(what: string, value: unknown) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new DocumentError('malformed', `The ${what} is no object.`);
    this.#what = what;
    this.#members = value as Record<string, unknown>;
  }

  /** The member as it stands; undefined when it is not there. */
  any(name: string): unknown {
    return Object.hasOwn(this.#members, name) ? this.#members[name] : undefined;
  }

  /** A text, without NUL. */
  text(name: string, limits: TextLimits): string {
    const value = this.any(name);
    return isTextWithin(value, limits) ? value : this.refuse(name);
  }

  /** A whole number from 0, or from `min`. */
  count(name: string, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}): number {
    const value = this.any(name);
    const fits = typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max;
    return fits ? value : this.refuse(name);
  }

  /** Any number from `min` to `max`. */
  quantity(name: string, { min, max }: { min: number; max: number }): number {
    const value = this.any(name);
    const fits = typeof value === 'number' && value >= min && value <= max;
    return fits ? value : this.refuse(name);
  }

  /** True or false. */
  flag(name: string): boolean {
    const value = this.any(name);
    return typeof value === 'boolean' ? value : this.refuse(name);
  }

  /** One of some words. */
  choice<const T extends string>(name: string, words: readonly T[]): T {
    const value = this.any(name);
    return words.find((word) => word === value) ?? this.refuse(name);
  }

  /** What `read` makes of the member; null where it is null or not there. */
  optional<T>(name: string, read: (value: unknown) => T): T | null {
    const value = this.any(name);
    return value === undefined || value === null ? null : read(value);
  }

  /** A list of at most `max` items. */
  list<T>(name: string, max: number, read: (value: unknown) => T): T[] {
    const value = this.any(name);
    return Array.isArray(value) && value.length <= max ? value.map(read) : this.refuse(name);
  }

  /** An object. */
  fields(name: string): FieldReader {
    return new FieldReader(`${this.#what}'s ${name}`, this.any(name));
  }

  /** Throws: the member is not what it must be. */
  refuse(name: string): never {
    throw new DocumentError('malformed', `The ${this.#what}'s ${name} is missing or not well formed.`);
  }
}

/** Reads one text out of a list. */
export function readText(what: string, value: unknown, limits: TextLimits): string {
  if (isTextWithin(value, limits)) return value;
  throw new DocumentError('malformed', `The ${what} is not well formed.`);
}

/** NUL fits no column of PostgreSQL. */
function isTextWithin(value: unknown, { max, pattern }: TextLimits): value is string {
  const isText = typeof value === 'string' && value.length <= max && !value.includes('\0');
  return isText && (pattern?.test(value) ?? true);
}

/** Parses JSON. `what` names it in the error. */
export function parseJson(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DocumentError('malformed', `The ${what} is not JSON.`, { cause });
  }
}
