// What the search box finds beside names and files, each with the page where staff go on: whatever an id is of, an address, an SSH
// key by its fingerprint, nodes, licence agreements and staff. Called by find-anything.ts.
import { isIP } from 'node:net';
import type { StaffRole } from '#commlink/methods/administration-fields.ts';
import { plainAddress } from '#commlink/peer-address.ts';
import { searchHitsMax } from '../../limits.ts';
import type { ServiceContext } from '../../service-context.ts';
import { fingerprintOf } from '../../ssh-keys/public-key.ts';
import type { FoundOwner } from '../../store/search.ts';
import type { StoreReads } from '../../store/store.ts';
import { mayDo } from '../staff-permissions.ts';
import { sshKeysAtOnceMax, sshKeysSearchedMax } from './limits.ts';

/** Something that was found. */
export interface FoundRecord {
  readonly kind:
    | 'account'
    | 'address'
    | 'appliance'
    | 'ban'
    | 'licence'
    | 'node'
    | 'person'
    | 'product'
    | 'proposal'
    | 'rollout'
    | 'session'
    | 'sshKey'
    | 'staff'
    | 'token'
    | 'webhook';
  readonly name: string;
  /** Whose it is, where it is a customer's. */
  readonly account: string | null;
  /** The console's page of it. */
  readonly page: string;
}

type Tools = Pick<ServiceContext, 'store' | 'bans' | 'documents'>;

const idPattern = /^[a-z]{3}_[\w-]{22}$/;
const fingerprintPattern = /^SHA256:[A-Za-z0-9+/]{43}=?$/;

/** Finds. Staff and webhooks only for roles that may see their pages. */
export async function findRecords(
  { store: { read }, bans, documents }: Tools,
  text: string,
  { words, role }: { words: readonly string[]; role: StaffRole },
): Promise<FoundRecord[]> {
  if (idPattern.test(text)) return await findById(read, text, role);
  if (fingerprintPattern.test(text)) return await findKey(read, text.replace('=', ''));
  const address = plainAddress(text.toLowerCase());
  if (isIP(address) !== 0) {
    const accounts = await read.search.accountsFrom(address, searchHitsMax);
    const isBanned = bans.bannedUntilMs(address) !== null;
    const seen = accounts.map((account) => ofAccount('address', address, { account, anchor: 'timeline' }));
    return [...(isBanned ? [elsewhere('ban', address, '/bans')] : []), ...seen];
  }
  if (words.length === 0) return [];
  const agreements = await read.search.agreements(words, searchHitsMax);
  const isMeant = (name: string) => words.every((word) => name.toLowerCase().includes(word.toLowerCase()));
  const nodes = documents.ftpNodes().filter(({ name }) => isMeant(name));
  const everybody = mayDo(role, 'staff.write') ? await read.staff.all() : [];
  const staff = everybody.filter(({ name, displayName }) => isMeant(`${name} ${displayName}`));
  return [
    ...nodes.map(({ name }) => elsewhere('node', name, '/nodes')),
    ...agreements.map(({ name, version, title }) =>
      elsewhere('licence', `${title} (${name} ${version})`, `/licences/${name}/${version}`),
    ),
    ...staff.map(({ name, displayName }) => elsewhere('staff', `${displayName} (${name})`, '/staff')),
  ].slice(0, searchHitsMax);
}

async function findById(read: StoreReads, id: string, role: StaffRole): Promise<FoundRecord[]> {
  const owned = (kind: 'session' | 'token' | 'sshKey') => async () => {
    const owner = await read.search.ownerOf(kind, id);
    return owner ? ofOwner(kind, id, owner) : null;
  };
  const ways: Readonly<Record<string, () => Promise<FoundRecord | null>>> = {
    acc: async () => {
      const found = await read.accounts.byId(id);
      return found ? ofAccount('account', found.displayName, { account: found.name, anchor: null }) : null;
    },
    usr: async () => {
      const found = await read.people.userById(id);
      return found
        ? ofAccount('person', found.user.name, { account: found.account.name, anchor: 'people' })
        : null;
    },
    ses: owned('session'),
    tok: owned('token'),
    key: owned('sshKey'),
    apl: async () => {
      const found = await read.appliances.listed(id);
      const page = `/fleet/appliances/${id}`;
      return found ? { kind: 'appliance', name: found.name, account: found.account, page } : null;
    },
    prd: async () => {
      const found = await read.catalog.productById(id);
      return found ? elsewhere('product', found.title, `/products/${found.name}`) : null;
    },
    prp: async () => {
      const found = await read.proposals.proposal(id);
      return found ? elsewhere('proposal', `${found.kind} ${found.subject}`, `/approvals/${id}`) : null;
    },
    rol: async () => {
      const found = await read.rollouts.byId(id);
      return found ? elsewhere('rollout', found.version, `/rollouts/${id}`) : null;
    },
    whk: async () => {
      const found = mayDo(role, 'webhook.write') ? await read.webhooks.byId(id) : null;
      return found ? elsewhere('webhook', id, `/webhooks/${id}`) : null;
    },
  };
  const found = await ways[id.slice(0, 3)]?.();
  return found ? [found] : [];
}

/** Fingerprints are not kept: the keys are gone through, some at a time, so that nobody else waits. */
async function findKey({ search }: StoreReads, fingerprint: string): Promise<FoundRecord[]> {
  const found: FoundRecord[] = [];
  let afterId = '';
  for (let seen = 0; seen < sshKeysSearchedMax && found.length < searchHitsMax; seen += sshKeysAtOnceMax) {
    const keys = await search.sshKeys(afterId, sshKeysAtOnceMax);
    const matching = keys.filter(({ publicKey }) => fingerprintOf(publicKey) === fingerprint);
    found.push(...matching.map((key) => ofOwner('sshKey', fingerprint, key)));
    if (keys.length < sshKeysAtOnceMax) break;
    afterId = keys.at(-1)?.id ?? afterId;
  }
  return found;
}

function ofOwner(kind: FoundRecord['kind'], name: string, { user, account }: FoundOwner): FoundRecord {
  return ofAccount(kind, `${user}: ${name}`, { account, anchor: 'people' });
}

function ofAccount(
  kind: FoundRecord['kind'],
  name: string,
  { account, anchor }: { account: string; anchor: 'people' | 'timeline' | null },
): FoundRecord {
  return { kind, name, account, page: `/accounts/${account}${anchor === null ? '' : `#${anchor}`}` };
}

function elsewhere(kind: FoundRecord['kind'], name: string, page: string): FoundRecord {
  return { kind, name, account: null, page };
}
