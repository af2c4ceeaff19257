// A program of the staff: sends JSON to the console's API with a token, and gets JSON back. For the tests of the API.
import type { StaffTokenScope } from '#commlink/methods/staff-token-methods.ts';
import type { StaffRole } from '#commlink/methods/administration-fields.ts';
import type { RunningRoom } from '../support/running-room.ts';
import { openStaffSession, sendToConsole } from './staff-browser.ts';

/** What comes back; `json` is undefined where there is none. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- what is in it, the tests say.
  readonly json: any;
}

/** The program. */
export class StaffClient {
  readonly #room: RunningRoom;
  readonly secret: string;

  constructor(room: RunningRoom, secret: string) {
    this.#room = room;
    this.secret = secret;
  }

  /** Sends; a body becomes JSON, a text is sent as it is. */
  async send(
    method: string,
    path: string,
    part: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<ApiAnswer> {
    const { body, headers } = part;
    const content = body === undefined ? {} : { 'content-type': 'application/json' };
    const all = { authorization: `Bearer ${this.secret}`, ...content, ...headers };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await sendToConsole(
      this.#room,
      { method, path: `/api/v1${path}` },
      { headers: all, ...(body === undefined ? {} : { body: text }) },
    );
    const isJson = /json/.test(String(answer.headers['content-type'])) && answer.body !== '';
    return { ...answer, text: answer.body, json: isJson ? JSON.parse(answer.body) : undefined };
  }
}

/** A program with a new token of the member of staff who has this role. */
export async function openStaffClient(
  room: RunningRoom,
  role: StaffRole,
  scope: StaffTokenScope = 'write',
): Promise<StaffClient> {
  await openStaffSession(room, role);
  const wanted = { actor: 'test', staff: `${role}-ann`, name: 'test', scope, lifetimeMs: 86_400_000 };
  const { secret } = await room.admin.call('staffToken.create', wanted);
  return new StaffClient(room, secret);
}
