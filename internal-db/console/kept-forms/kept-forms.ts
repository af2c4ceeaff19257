// What somebody typed into a form and sent after the session was over: kept in memory for a while, for that member of staff
// alone, so that it can be sent after the sign-in. A form with a password or code in it is not kept. Made by
// console-routes.ts; trusts that its caller has checked where the form comes from.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { keptFormCharactersMax, keptFormLifetimeMs, keptFormsMax, keptFormsPerStaffMax } from './limits.ts';

/** A form that waits to be sent again. */
export interface KeptForm {
  readonly staffId: string;
  /** Where it goes. */
  readonly action: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly untilMs: number;
}

const secretNames = new Set(['password', 'newPassword', 'code', 'response', 'challenge']);

/** The forms, oldest first. */
export class KeptForms {
  readonly #forms = new Map<string, KeptForm>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps it; null for one that is too large, or has a secret in it. */
  keep({ staffId, action, body }: { staffId: string; action: string; body: unknown }): string | null {
    const fields = fieldsOf(body);
    if (fields === null) return null;
    this.#forgetOld(staffId);
    const id = randomUUID();
    this.#forms.set(id, { staffId, action, fields, untilMs: this.#clock.nowMs() + keptFormLifetimeMs });
    return id;
  }

  /** A form of this member of staff; null when there is none, or not any more. */
  find(id: string, staffId: string): KeptForm | null {
    const form = this.#forms.get(id);
    return form?.staffId === staffId && form.untilMs > this.#clock.nowMs() ? form : null;
  }

  #forgetOld(staffId: string): void {
    const nowMs = this.#clock.nowMs();
    for (const [id, { untilMs }] of this.#forms) if (untilMs <= nowMs) this.#forms.delete(id);
    const own = [...this.#forms].filter(([, form]) => form.staffId === staffId).map(([id]) => id);
    const oldest = own.length >= keptFormsPerStaffMax ? own[0] : undefined;
    const [first] = this.#forms.keys();
    const forgotten = oldest ?? (this.#forms.size >= keptFormsMax ? first : undefined);
    if (forgotten !== undefined) this.#forms.delete(forgotten);
  }
}

/** Null for what is no form, too large, or not to be kept. */
function fieldsOf(body: unknown): [name: string, value: string][] | null {
  if (typeof body !== 'object' || body === null) return null;
  const fields: [string, string][] = [];
  let characterCount = 0;
  for (const [name, value] of Object.entries(body)) {
    if (typeof value !== 'string' || secretNames.has(name)) return null;
    // Another session has another token.
    if (name === 'formToken') continue;
    characterCount += name.length + value.length;
    fields.push([name, value]);
  }
  return fields.length > 0 && characterCount <= keptFormCharactersMax ? fields : null;
}
