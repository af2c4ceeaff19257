// The console's forms, parsed once into what the services take. Every field is text until it has passed here.
import type { ParamsOf } from '#commlink/method-table.ts';
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { formsTexts as texts } from './texts/console-texts.ts';
import { SchemaError, compileSchema, type SchemaCheck } from '#commlink/schema.ts';

const dayMs = 86_400_000;
const dayPattern = /^\d{4}-\d{2}-\d{2}$/;
const grantCheck = compileSchema('grant', adminMethods['entitlement.grant'].params);
const cancelCheck = compileSchema('cancellation', adminMethods['delivery.cancel'].params);
const explainCheck = compileSchema('question', adminMethods['entitlement.explain'].params);

/** The fields of a form or query: texts by name. Anything else that a client sends counts as absent. */
export class FormFields {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(body: unknown) {
    this.#fields = typeof body === 'object' && body !== null ? { ...body } : {};
  }

  /** A field without blanks around it; empty when it is absent. */
  text(name: string): string {
    const value = this.#fields[name];
    return typeof value === 'string' ? value.trim() : '';
  }

  /** A secret, exactly as it was typed. */
  secret(name: string): string {
    const value = this.#fields[name];
    return typeof value === 'string' ? value : '';
  }

  /** A field, or null when it is empty. */
  optional(name: string): string | null {
    return this.text(name) || null;
  }
}

/** The grant form. RpcError `refused` with what to correct; so the others. */
export function parseGrantForm(
  fields: FormFields,
  who: { actor: string; account: string },
): ParamsOf<typeof adminMethods, 'entitlement.grant'> {
  const channels = fields
    .text('channels')
    .split(',')
    .map((channel) => channel.trim());
  const named = channels.filter((channel) => channel !== '');
  const downloadsMax = fields.optional('downloadsMax');
  return parseForm(grantCheck, {
    ...who,
    product: fields.text('product'),
    versions: fields.text('versions'),
    channels: named.length > 0 ? named : null,
    notBeforeMs: parseDay(fields.optional('from'), texts.from),
    notAfterMs: parseLastDay(fields.optional('until'), texts.until),
    downloadsMax: downloadsMax === null ? null : Number(downloadsMax),
    licenceAgreement: fields.optional('licenceAgreement'),
    reason: fields.text('reason'),
  });
}

/** The form that ends a delivery. */
export function parseCancelForm(
  fields: FormFields,
  actor: string,
): ParamsOf<typeof adminMethods, 'delivery.cancel'> {
  return parseForm(cancelCheck, { actor, delivery: fields.text('delivery'), reason: fields.text('reason') });
}

/** The `why` form. */
export function parseWhyForm(fields: FormFields): ParamsOf<typeof adminMethods, 'entitlement.explain'> {
  return parseForm(explainCheck, {
    account: fields.text('account'),
    product: fields.text('product'),
    version: fields.optional('version'),
    file: fields.optional('file'),
    atMs: null,
  });
}

/** A reason, which every change must have. */
export function parseReason(fields: FormFields): string {
  const reason = fields.text('reason');
  if (reason === '' || reason.length > 500) throw new RpcError('refused', texts.reason);
  return reason;
}

/** Fields that are put together to what a service takes. RpcError `refused` names the first that does not fit. */
export function parseForm<T>(check: SchemaCheck<T>, value: unknown): T {
  try {
    return check.parse(value);
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    const field = error.violations[0]?.path.slice(1) || texts.wholeForm;
    throw new RpcError('refused', texts.field(field), { cause: error });
  }
}

/** A day's last moment; null where none was given. */
export function parseLastDay(text: string | null, title: string): number | null {
  const atMs = parseDay(text, title);
  return atMs === null ? null : atMs + dayMs - 1;
}

/** A day as `YYYY-MM-DD`, its beginning in UTC. RpcError `refused` names the field. */
export function parseDay(text: string | null, title: string): number | null {
  if (text === null) return null;
  const atMs = dayPattern.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  // The 30th of February would pass for a day of March.
  const isDay = !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(text);
  if (!isDay) throw new RpcError('refused', texts.day(title));
  return atMs;
}
