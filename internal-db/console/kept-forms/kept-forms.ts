// What somebody typed into a form and sent after the session was over: kept in memory for a while, for that member of staff
// alone, so that it can be sent after the sign-in. A password is left out and asked for again; a form with a new password, or with
// what was good for that session alone, is not kept. Made by console-routes.ts; trusts that its caller has checked where the form
// comes from.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import {
  keptFormCharactersMax,
  keptFormLifetimeMs,
  keptFormsCharactersMax,
  keptFormsMax,
  keptFormsPerStaffMax,
} from './limits.ts';

/** How a browser writes a form's fields. */
export type FormEncoding = 'application/x-www-form-urlencoded' | 'multipart/form-data';

/** A form that was sent too late. */
export interface LateForm {
  readonly staffId: string;
  readonly action: string;
  readonly encoding: FormEncoding;
  readonly body: unknown;
}

/** A form that waits to be sent again. */
export interface KeptForm {
  readonly staffId: string;
  /** Where it goes. */
  readonly action: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** In which it came, and goes again: the largest one fits in its own alone. */
  readonly encoding: FormEncoding;
  /** Whether it had a field for the sender's password. */
  readonly wantsPassword: boolean;
  readonly untilMs: number;
}

/** What makes a form one that is not kept. */
const neverKept = new Set(['newPassword', 'code', 'response', 'challenge']);
/** What is left out: the token, for another session has another one. */
const leftOut = new Set(['formToken', 'password']);

/** The forms, oldest first. */
export class KeptForms {
  readonly #forms = new Map<string, KeptForm>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps it; null for one that is too large, without a field, or never to be kept. */
  keep({ staffId, action, encoding, body }: LateForm): string | null {
    const form = readForm(body);
    if (form === null) return null;
    this.#forgetOld(staffId);
    const id = randomUUID();
    const untilMs = this.#clock.nowMs() + keptFormLifetimeMs;
    this.#forms.set(id, { staffId, action, encoding, ...form, untilMs });
    this.#makeRoom();
    return id;
  }

  /** A form of this member of staff; null when there is none, or not any more. */
  find(id: string, staffId: string): KeptForm | null {
    const form = this.#forms.get(id);
    return form?.staffId === staffId && form.untilMs > this.#clock.nowMs() ? form : null;
  }

  /** The newest stays, however large the others are. */
  #makeRoom(): void {
    let characterCount = 0;
    for (const [id, { fields }] of [...this.#forms].toReversed()) {
      characterCount += charactersOf(fields);
      if (characterCount > keptFormsCharactersMax) this.#forms.delete(id);
    }
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

function readForm(body: unknown): Pick<KeptForm, 'fields' | 'wantsPassword'> | null {
  if (typeof body !== 'object' || body === null) return null;
  const fields: [string, string][] = [];
  for (const [name, value] of Object.entries(body)) {
    if (typeof value !== 'string' || neverKept.has(name)) return null;
    if (!leftOut.has(name)) fields.push([name, value]);
  }
  if (fields.length === 0 || charactersOf(fields) > keptFormCharactersMax) return null;
  return { fields, wantsPassword: 'password' in body };
}

function charactersOf(fields: KeptForm['fields']): number {
  return fields.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
}
