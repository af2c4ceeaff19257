// The customers of the route table's tests: an account whose every name is markup that a page must not execute, and an
// account that is entitled to nothing, from which somebody tries what the first one's people may do.
import { createLogger } from '#commlink/log.ts';
import type { Handlers } from '#commlink/method-table.ts';
import type { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import { newRecordId } from '#internal-db/record-id.ts';
import type { Store } from '#internal-db/store/store.ts';
import type { UserRole } from '#commlink/methods/people-fields.ts';
import { createCustomerHandlers } from '#internal-db/customer-handlers.ts';
import { plainGrant } from '../internal-db/support/running-room.ts';
import type { PortalWithDatabase } from './portal-with-database.ts';
import { Visitor } from './portal-fixture.ts';

type Db = Handlers<typeof internalDbMethods>;

/** What is in every name of the first account that a person can type: an element, and the end of an attribute. */
export const probeText = `probe7f"onprobe='1'><x-probe>&lt;`;
/** What tells a page that has something of the first account from one that has not. */
export const probeMarker = 'probe7f';
/** The appliance of the first account. */
export const probeAppliance = `apl_${'P'.repeat(22)}`;
/** Its type. */
export const probeType = 'probe-box';
/** The password of all of them. */
export const customerPassword = 'correct horse battery';

/** Somebody with a browser, signed in. */
export interface Customer {
  readonly name: string;
  readonly account: string;
  readonly visitor: Visitor;
  /** The secret in the session's cookie. */
  readonly session: string;
  /** Puts a passkey and a link to a provider into its records; of each the id. */
  readonly addWaysIn: () => Promise<{ readonly passkey: string; readonly link: string }>;
  /** Asks internal-db as the web-front does. */
  readonly internalDb: <M extends keyof Db>(
    method: M,
    params: Parameters<Db[M]>[0],
  ) => Promise<Awaited<ReturnType<Db[M]>>>;
}

/** Both accounts, and how their people come in. */
export interface TwoAccounts {
  /** A new user of the account with all the hostile names. */
  victim(): Promise<Customer>;
  /** A new user of it who is no owner. */
  downloader(): Promise<Customer>;
  /** A new user of the other account. */
  attacker(): Promise<Customer>;
  /** A browser that nobody has signed in with. */
  stranger(): Visitor;
}

/** Makes the accounts. Every name of the first is hostile. */
export async function createTwoAccounts(portal: PortalWithDatabase): Promise<TwoAccounts> {
  const { admin, services } = portal;
  const actor = 'test:operator';
  await admin.call('account.create', { actor, name: 'probe-account', displayName: probeText });
  await admin.call('account.create', { actor, name: 'other-account', displayName: 'Other' });
  const product = { name: 'probe-product', title: probeText, description: probeText };
  await admin.call('product.create', { actor, ...product });
  const file = { sizeBytes: 5, sha256: 'ab'.repeat(32), platform: probeText, mediaType: 'text/plain' };
  const files = [
    { ...file, name: 'probe.bin' },
    { ...file, name: `${probeMarker}"onprobe='1'><x-probe>` },
  ];
  const release = { product: 'probe-product', version: '1.0.0', channel: 'stable', draft: false, files };
  await admin.call('release.publish', { actor, ...release });
  const grant = { ...plainGrant, account: 'probe-account', product: 'probe-product', reason: probeText };
  await admin.call('entitlement.grant', grant);
  const terms = { name: 'probe-terms', version: '1', title: probeText, text: probeText, inForceAtMs: null };
  await admin.call('licence.add', { actor, ...terms });
  await admin.call('entitlement.grant', { ...grant, licenceAgreement: terms.name });
  await addAppliance(services.context);
  const handlers = createCustomerHandlers(services.context, createLogger('test', 'silent'));
  const context = {
    peer: { role: 'web-front', name: 'web1', id: 'web1' },
    signal: new AbortController().signal,
  };
  const internalDb: Customer['internalDb'] = async (method, params) => {
    const answer = await (handlers[method] as (...args: unknown[]) => Promise<unknown>)(params, context);
    return answer as never;
  };
  let count = 0;
  const join = async (account: string, displayName: string, role: UserRole = 'owner'): Promise<Customer> => {
    count += 1;
    const name = `user-${count}`;
    const password = customerPassword;
    await admin.call('user.create', { actor, account, name, displayName, password, role });
    const visitor = new Visitor(portal);
    await visitor.signIn({ username: name, password: customerPassword });
    const session = visitor.cookies.get('__Host-consign-session|/')?.value ?? '';
    const addWaysIn = () => addFactorAndLink(services.context.store, name);
    return { name, account, visitor, session, internalDb, addWaysIn };
  };
  return {
    victim: () => join('probe-account', probeText),
    downloader: () => join('probe-account', probeText, 'downloader'),
    attacker: () => join('other-account', 'Attacker'),
    stranger: () => new Visitor(portal),
  };
}

async function addFactorAndLink(store: Store, name: string) {
  const owner = (await store.read.accounts.userByName(name))?.user;
  const [passkey, link] = [newRecordId('pky'), newRecordId('idl')];
  const times = { createdAtMs: 1, lastUsedAtMs: null };
  const key = { publicKey: new Uint8Array(77), signCount: 0, transports: [] };
  const ownerId = owner?.id ?? '';
  await store.transaction(async ({ secondFactors, identityLinks }) => {
    const factor = { id: passkey, ownerId, name: probeText, credentialId: passkey };
    await secondFactors.insertPasskey({ ...factor, ...key, ...times });
    const who = { issuer: 'https://id.example', subject: link };
    await identityLinks.insertLink({ id: link, ownerKind: 'user', ownerId, ...who, ...times });
  });
  return { passkey, link };
}

async function addAppliance({ store }: PortalWithDatabase['services']['context']): Promise<void> {
  await store.transaction(async ({ accounts, catalog, fleetTypes, appliances }) => {
    const account = await accounts.byName('probe-account');
    const product = await catalog.productByName('probe-product');
    const type = {
      id: `apt_${'P'.repeat(22)}`,
      name: probeType,
      title: probeText,
      channel: 'stable',
      createdAtMs: 1,
    };
    await fleetTypes.insertType(type, [product?.id ?? '']);
    await appliances.insert({
      uid: probeAppliance,
      accountId: account?.id ?? '',
      typeId: type.id,
      siteId: null,
      name: probeText,
      groupName: 'default',
      slot: 0,
      state: 'active',
      signingKey: 'signing',
      sealingKey: 'sealing',
      hardware: '',
      enrolledAtMs: 1,
      stateSinceMs: 1,
      stateReason: '',
      restoringSinceMs: null,
    });
  });
}
