// A browser of sorts for the console's route table: keeps no cookie by itself and follows nothing. Also makes its people: a
// session for each role, as after a complete sign-in, and accounts in which every name is markup.
import { request } from 'node:https';
import type { StaffRole } from '#commlink/methods/administration-fields.ts';
import { hashSecret, newSessionToken } from '#internal-db/secret-token.ts';
import { plainGrant, type RunningRoom } from '../support/running-room.ts';
import { probeText, type RouteRecords } from './route-row.ts';

/** What comes back. */
export interface StaffAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Sends one request to the console. Of a stream, which has no end, the beginning is enough. */
export function sendToConsole(
  room: RunningRoom,
  route: { method: string; path: string },
  { headers = {}, body }: { headers?: Record<string, string>; body?: string },
): Promise<StaffAnswer> {
  const to = { host: '127.0.0.1', port: room.services.console.port, ca: room.cluster.certificate };
  return new Promise((resolve, reject) => {
    const sent = request({ ...to, ...route, headers }, (response) => {
      const chunks: Buffer[] = [];
      const answer = (): void => {
        const status = response.statusCode ?? 0;
        resolve({ status, headers: response.headers, body: Buffer.concat(chunks).toString() });
      };
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', answer);
      if (!String(response.headers['content-type']).startsWith('text/event-stream')) return;
      response.once('data', () => {
        answer();
        response.destroy();
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** A new session of the member of staff with this role, who is made at the first call. */
export async function openStaffSession(
  room: Pick<RunningRoom, 'services' | 'admin'>,
  role: StaffRole,
  { isProved }: { isProved: boolean } = { isProved: true },
): Promise<string> {
  const { store } = room.services.context;
  const name = `${role}-ann`;
  if (!(await store.read.staff.byName(name))) {
    const password = 'staff password 1';
    await room.admin.call('staff.create', { actor: 'test', name, displayName: probeText, role, password });
  }
  const staff = await store.read.staff.byName(name);
  if (!staff) throw new Error('The member of staff was not made.');
  const session = newSessionToken();
  const nowMs = Date.now();
  const times = {
    createdAtMs: nowMs,
    expiresAtMs: nowMs + 3_600_000,
    secondFactorAtMs: isProved ? nowMs : null,
    arrival: null,
  };
  const record = { secretHash: hashSecret(session), staffId: staff.id, ...times };
  await store.transaction((transaction) => transaction.staff.insertSession(record));
  return session;
}

/** Makes the product once; then as many accounts as are asked for. */
export async function createRecords(room: RunningRoom): Promise<() => Promise<RouteRecords>> {
  const { admin, webFront } = room;
  const actor = probeText;
  const product = 'probe-product';
  // So that internal-db has heard of the node before a delivery is asked for.
  await webFront.call('session.describe', { session: 'nobody' });
  await admin.call('product.create', { actor, name: product, title: probeText, description: probeText });
  const file = { sizeBytes: 5, sha256: 'ab'.repeat(32), platform: probeText, mediaType: 'text/plain' };
  const files = [
    { ...file, name: 'probe.bin' },
    { ...file, name: probeText.replaceAll('/', '') },
  ];
  const release = { product, version: '1.0.0', channel: 'stable', draft: false };
  await admin.call('release.publish', { actor, ...release, files });
  let count = 0;
  return async () => {
    count += 1;
    const [account, user] = [`account-${count}`, `user-${count}`];
    await admin.call('account.create', { actor, name: account, displayName: probeText });
    const person = { name: user, displayName: probeText, password: 'correct horse battery' };
    await admin.call('user.create', { actor, account, ...person });
    const grant = { ...plainGrant, actor, account, product, reason: probeText };
    const { entitlement } = await admin.call('entitlement.grant', grant);
    return { room, account, user, entitlement: entitlement.id, product };
  };
}
