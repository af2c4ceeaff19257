// The mixed work of the benchmark `cluster`: so many people at once, each doing one thing after the other until told to stop.
// Caller: cluster-run.ts. Everything that is answered is put down in the record, before the next thing is done.
import { setTimeout as delay } from 'node:timers/promises';
import { cookieOf, sendSignIn } from '../end-to-end/portal-customer.ts';
import type { Random } from '../rig/random.ts';
import type { ClusterDoors, FetchProtocol } from './cluster-customer.ts';
import { RefusedWork, type ClusterRecord, type KnownDelivery, type KnownGrant } from './cluster-record.ts';
import type { SeededCustomer } from './cluster-population.ts';
import {
  commonProduct,
  grantedProduct,
  releasedFiles,
  releasedVersion,
  type ClusterStage,
} from './cluster-stage.ts';

const actor = 'bench';
const protocols: [FetchProtocol, ...FetchProtocol[]] = ['https', 'ftps', 'sftp'];
/** Of a hundred things: sign-ins, deliveries, and grants that are taken back; the rest are pages. */
const shares = { signIn: 2, delivery: 30, staff: 8 } as const;
/** Of a hundred deliveries. */
const cancelledShare = 30;
/** So that what is refused at once is not asked for without end. */
const pauseAfterErrorMs = 50;

/** Where the work is done. */
export interface Workplace {
  readonly stage: ClusterStage;
  readonly doors: ClusterDoors;
  readonly record: ClusterRecord;
  readonly random: Random;
}

/** The answer to POST /api/v1/deliveries, as far as it is used. */
interface ReadyDelivery {
  readonly id: string;
  readonly node: string;
  readonly login: string;
  readonly password: string;
  readonly sha256: string;
  readonly path: string;
  readonly urls: { readonly https: string; readonly ftp: string; readonly sftp: string };
  readonly endpoints: {
    readonly ftp: { readonly host: string; readonly port: number };
    readonly sftp: { readonly host: string; readonly port: number };
  };
}

/** One person after the other until `end`; each worker has customers of its own. */
export async function work(place: Workplace, workers: number, end: AbortSignal): Promise<void> {
  const { stage, record, random } = place;
  const groups = Array.from({ length: workers }, (_, worker) =>
    stage.customers.filter((_customer, index) => index % workers === worker),
  );
  const loop = async ([...customers]: SeededCustomer[]): Promise<void> => {
    const [first, ...others] = customers;
    if (!first) return;
    while (!end.aborted) {
      const errorCount = record.errors.length;
      await doOneThing(place, random.pick([first, ...others]));
      if (record.errors.length > errorCount) await delay(pauseAfterErrorMs);
    }
  };
  await Promise.all(groups.map(loop));
}

async function doOneThing(place: Workplace, customer: SeededCustomer): Promise<void> {
  const choice = place.random.between(0, 99);
  if (choice < shares.signIn) return signIn(place, customer);
  if (choice < shares.signIn + shares.delivery) return takeDelivery(place, customer);
  if (choice < shares.signIn + shares.delivery + shares.staff) return grantAndRevoke(place, customer);
  await place.record.time('product page', () =>
    place.doors.ask({ session: customer.session, method: 'GET', path: `/products/${commonProduct}` }),
  );
}

async function signIn({ stage, record, random }: Workplace, login: SeededCustomer): Promise<void> {
  const session = await record.time('sign-in', async () => {
    const [first, ...others] = stage.fronts;
    if (!first) throw new RefusedWork('there is no web-front');
    const answer = await sendSignIn(random.pick([first, ...others]), login);
    const secret = cookieOf(answer, '__Host-consign-session');
    if (secret === undefined) throw new RefusedWork(`HTTP ${answer.status}`);
    return secret;
  });
  if (session !== null) record.sessions.push(session);
}

async function takeDelivery(place: Workplace, customer: SeededCustomer): Promise<void> {
  const delivery = await click(place, customer, commonProduct);
  if (!delivery) return;
  await download(place, delivery);
  if (!place.random.percent(cancelledShare)) return;
  delivery.state = 'ending';
  const path = `/api/v1/deliveries/${delivery.id}`;
  const answer = await place.record.time('cancel', () =>
    place.doors.ask({ session: customer.session, method: 'DELETE', path }),
  );
  if (answer !== null) delivery.state = 'ended';
}

/** Staff grant a product, the customer fetches a file of it, and staff take it back. */
async function grantAndRevoke(place: Workplace, customer: SeededCustomer): Promise<void> {
  const { doors, record } = place;
  const { account } = customer;
  const terms = { versions: '*', channels: null, notBeforeMs: null, notAfterMs: null };
  const wanted = { ...terms, downloadsMax: null, licenceAgreement: null, reason: 'bench' };
  const granted = await record.time('grant', () =>
    doors.administer((admin) =>
      admin.call('entitlement.grant', { actor, account, product: grantedProduct, ...wanted }),
    ),
  );
  if (!granted) return;
  const grant: KnownGrant = { id: granted.entitlement.id, state: 'granted' };
  record.grants.push(grant);
  const delivery = await click(place, customer, grantedProduct);
  if (delivery) await download(place, delivery);
  grant.state = 'revoking';
  if (delivery) delivery.state = 'ending';
  const revoked = await record.time('revoke', () =>
    doors.administer((admin) =>
      admin.call('entitlement.revoke', { actor, entitlement: grant.id, reason: 'bench' }),
    ),
  );
  if (!revoked) return;
  grant.state = 'revoked';
  if (delivery && revoked.endedDeliveries.includes(delivery.id)) delivery.state = 'ended';
}

async function click(
  { doors, record, random }: Workplace,
  customer: SeededCustomer,
  product: string,
): Promise<KnownDelivery | null> {
  const json = { product, version: releasedVersion, file: random.pick([...releasedFiles]) };
  const text = await record.time('click to staged', () =>
    doors.ask({ session: customer.session, method: 'POST', path: '/api/v1/deliveries', json }),
  );
  if (text === null) return null;
  const ready = JSON.parse(text) as ReadyDelivery;
  const { id, node, login, password, sha256, urls, endpoints } = ready;
  const file = `/${product}/${releasedVersion}/${json.file}`;
  const delivery: KnownDelivery = {
    id,
    product,
    node,
    login,
    password,
    sha256,
    url: urls.https,
    ftpUrl: `ftp://${endpoints.ftp.host}:${endpoints.ftp.port}${file}`,
    sftpUrl: `sftp://${endpoints.sftp.host}:${endpoints.sftp.port}${file}`,
    state: 'live',
    completeCount: 0,
  };
  record.deliveries.push(delivery);
  return delivery;
}

async function download({ doors, record, random }: Workplace, delivery: KnownDelivery): Promise<void> {
  const protocol = random.pick(protocols);
  const fetched = await record.time(`download ${protocol}`, () => doors.fetch(delivery, protocol));
  if (fetched !== null) delivery.completeCount += 1;
}
