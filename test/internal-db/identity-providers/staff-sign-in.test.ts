// Staff who sign in by way of the vendor's own provider: known by the name that the settings trust, by the link from then on; roles
// from the claims at each sign-in; made where the settings say so; our second factor, unless theirs counts.
import t from 'tap';
import type { StaffIdentityProvider } from '#commlink/settings/identity-provider-settings.ts';
import {
  beginStaffAtProvider,
  finishStaffAtProvider,
} from '#internal-db/identity-providers/staff-sign-in.ts';
import { unlinkStaff } from '#internal-db/identity-providers/staff-links.ts';
import {
  findStaff,
  noteSecondFactor,
  signInStaff,
  signOutStaff,
} from '#internal-db/console/staff-session.ts';
import { internalDbSettings } from '../support/test-cluster.ts';
import { startRoom, type Teardown } from '../support/running-room.ts';
import { claimsIn, startIdentityProvider } from '../../rig/identity-provider.ts';
import { settingsFor } from './provider-room.ts';

const publicUrl = 'https://console.example.test:8444';
const address = '127.0.0.1';
const password = 'staff password 1';
const roles = {
  claim: 'groups',
  values: [
    { value: 'consign-operators', role: 'operator' },
    { value: 'consign-support', role: 'support' },
  ],
} as const satisfies StaffIdentityProvider['roles'];

async function startStaffRoom(t: Teardown, change: Partial<StaffIdentityProvider> = {}) {
  const provider = await startIdentityProvider(t, {
    redirectUris: [`${publicUrl}/sign-in/return/vendor`],
    afterSignOut: [`${publicUrl}/sign-in`],
  });
  const { accounts: _accounts, domains: _domains, shown: _shown, ...common } = settingsFor(provider);
  const vendor: StaffIdentityProvider = {
    ...common,
    name: 'vendor',
    for: 'staff',
    nameClaim: 'preferred_username',
    roles: null,
    ...change,
  };
  const { console: staffConsole } = internalDbSettings();
  const room = await startRoom(t, [], {
    console: { ...staffConsole, publicUrl },
    identityProviders: [vendor],
  });
  const { admin, services } = room;
  const { context } = services;
  await admin.call('staff.create', {
    actor: 'test',
    name: 'ann',
    displayName: 'Ann',
    role: 'support',
    password,
  });
  provider.people.set('ann@vendor', { preferred_username: 'ann', name: 'Ann There' });
  const trip = async (person: string, ownerId: string | null = null) => {
    const left = await beginStaffAtProvider(context, 'vendor', { address, ownerId });
    if (!left.begun) throw new Error(left.reason);
    const query = (await provider.visit(left.url, person)).search.slice(1);
    return await finishStaffAtProvider(context, { provider: 'vendor', ticket: left.ticket, query, address });
  };
  const callerOf = async (arrival: Awaited<ReturnType<typeof trip>>) => {
    if (arrival.outcome !== 'signed_in') throw new Error(JSON.stringify(arrival));
    const caller = await findStaff(context, arrival.session);
    if (!caller) throw new Error('nobody has that session');
    return caller;
  };
  /** Signs in with our second factor, which is taken as proved. */
  const proved = async (person: string) => {
    const caller = await callerOf(await trip(person));
    const refusal = await noteSecondFactor(context, caller, { factor: 'totp', setUp: false, address });
    return { refusal, caller: await findStaff(context, caller.session) };
  };
  return { ...room, context, provider, trip, callerOf, proved };
}

t.test('a member is known by the trusted claim once, then by the link; ours is asked for', async (t) => {
  const { trip, callerOf, proved, provider, context } = await startStaffRoom(t);
  const first = await callerOf(await trip('ann@vendor'));
  t.match(first, { staff: { name: 'ann', role: 'support' }, hasProved: false });
  t.same(await context.store.read.identityLinks.linksOf(first.staff.id), [], 'not before it is proved');
  t.match(await proved('ann@vendor'), { refusal: null, caller: { hasProved: true } });
  t.match(await context.store.read.identityLinks.linksOf(first.staff.id), { length: 1 });
  provider.people.set('ann@vendor', { preferred_username: 'somebody-else', amr: ['mfa'] });
  t.match(await callerOf(await trip('ann@vendor')), { staff: { name: 'ann' }, hasProved: true });
});

t.test('a name that was given to another person there takes nobody over', async (t) => {
  const { trip, callerOf, proved, provider, context } = await startStaffRoom(t);
  const { staff } = await callerOf(await trip('ann@vendor'));
  provider.people.set('heir', { preferred_username: 'ann' });
  const early = await callerOf(await trip('heir'));
  await proved('ann@vendor');
  t.match(await trip('heir'), { outcome: 'refused', reason: 'linked_otherwise' });
  const late = await noteSecondFactor(context, early, { factor: 'totp', setUp: false, address });
  t.equal(late, 'linked_otherwise', 'nor who came before the link was made');
  t.equal(await findStaff(context, early.session), null, 'and that session is over');
  t.match(await context.store.read.identityLinks.linksOf(staff.id), { length: 1 });
});

t.test('where two must agree, no claim alone makes an operator', async (t) => {
  const { trip, callerOf, provider, context, admin } = await startStaffRoom(t, { roles, createUsers: true });
  Object.assign(context.settings().console, { secondPerson: ['staff.change'] });
  provider.people.set('cem', { preferred_username: 'cem', groups: ['consign-support'] });
  await callerOf(await trip('cem'));
  provider.people.set('cem', { groups: ['consign-operators'] });
  t.match(await trip('cem'), { outcome: 'refused', reason: 'role_needs_approval' });
  provider.people.set('dan', { preferred_username: 'dan', groups: ['consign-operators'] });
  t.match(await trip('dan'), { outcome: 'refused', reason: 'role_needs_approval' });
  const { entries } = await admin.call('audit.list', { afterSequence: 0, limit: 100 });
  t.match(entries.at(-1), { actor: 'provider:vendor', action: 'identity.refuse' });
  t.match(await context.store.read.staff.byName('cem'), { role: 'support' });
  t.equal(await context.store.read.staff.byName('dan'), undefined);
});

t.test('roles are not taken from userinfo, which is not signed', async (t) => {
  const { trip, provider } = await startStaffRoom(t, { roles, createUsers: true });
  provider.people.set('cem', { preferred_username: 'cem', groups: ['consign-support'] });
  provider.tamper = (answer) => {
    const { groups: _groups, ...claims } = claimsIn(answer['id_token']);
    return { ...answer, id_token: provider.sign(claims) };
  };
  t.match(await trip('cem'), { outcome: 'refused', reason: 'role_missing' });
});

t.test('a stranger, a name that is none, and who has left are not let in', async (t) => {
  const { trip, provider, admin } = await startStaffRoom(t);
  provider.people.set('bob', { preferred_username: 'bob' });
  provider.people.set('odd', { preferred_username: ['ann'] });
  t.match(await trip('bob'), { outcome: 'refused', reason: 'unknown_person' });
  t.match(await trip('odd'), { outcome: 'refused', reason: 'unknown_person' });
  t.match(await trip('ann@vendor'), { outcome: 'signed_in' });
  await admin.call('staff.setEnded', { actor: 'test', name: 'ann', ended: true, reason: 'has left' });
  t.match(await trip('ann@vendor'), { outcome: 'refused', reason: 'unknown_person' });
});

t.test('without a trusted claim only a link counts, which is made once and ended', async (t) => {
  const { trip, callerOf, context } = await startStaffRoom(t, { nameClaim: null });
  t.match(await trip('ann@vendor'), { outcome: 'refused', reason: 'unknown_person' });
  const ann = await context.store.read.staff.byName('ann');
  if (!ann) throw new Error('no ann');
  t.same(await trip('ann@vendor', ann.id), { outcome: 'linked' });
  t.match(await callerOf(await trip('ann@vendor')), { staff: { name: 'ann' } });
  t.match(await trip('ann@vendor', ann.id), { outcome: 'refused', reason: 'linked_already' });
  const [link] = await context.store.read.identityLinks.linksOf(ann.id);
  await unlinkStaff(context, ann, link?.id ?? '');
  t.match(await trip('ann@vendor'), { outcome: 'refused', reason: 'unknown_person' });
});

t.test('roles come from the claims, at each sign-in, and without one nobody gets in', async (t) => {
  const { trip, callerOf, proved, provider, admin } = await startStaffRoom(t, { roles, createUsers: true });
  provider.people.set('cem', { preferred_username: 'cem', groups: ['all', 'consign-support'] });
  t.match(await callerOf(await trip('cem')), { staff: { name: 'cem', role: 'support' } });
  provider.people.set('cem', { groups: ['consign-support', 'consign-operators'] });
  t.match(await callerOf(await trip('cem')), { staff: { role: 'support' } }, 'not before it is proved');
  t.match(await proved('cem'), { caller: { staff: { role: 'operator' } } }, 'the first row that fits');
  const { entries } = await admin.call('audit.list', { afterSequence: 0, limit: 100 });
  t.match(
    entries.filter(({ action }) => action === 'staff.setRole'),
    [{ actor: 'provider:vendor', subject: 'cem' }],
  );
  provider.people.set('cem', { groups: ['all'] });
  t.match(await trip('cem'), { outcome: 'refused', reason: 'role_missing' });
  provider.people.set('dan', { preferred_username: 'dan' });
  t.match(await trip('dan'), { outcome: 'refused', reason: 'role_missing' });
});

t.test('where it is required, who is linked has no password, and nobody else loses theirs', async (t) => {
  const { proved, context } = await startStaffRoom(t, { required: true });
  t.match(
    await signInStaff(context, { name: 'ann', password, address }),
    { signedIn: true },
    'not linked yet',
  );
  const { caller } = await proved('ann@vendor');
  if (!caller) throw new Error('nobody');
  t.match(await signInStaff(context, { name: 'ann', password, address }), {
    signedIn: false,
    refusal: /Acme sign-in/,
  });
  const [link] = await context.store.read.identityLinks.linksOf(caller.staff.id);
  await t.rejects(unlinkStaff(context, caller.staff, link?.id ?? ''), { code: 'refused' });
});

t.test('a sign-out leads to the provider’s own', async (t) => {
  const { proved, context, provider } = await startStaffRoom(t);
  const { caller } = await proved('ann@vendor');
  if (!caller) throw new Error('nobody');
  const there = await signOutStaff(context, caller);
  t.match(there, { title: 'Acme sign-in' });
  t.ok(there?.url.startsWith(`${provider.issuer}/session/end?`));
});
