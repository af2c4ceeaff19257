// Mails before something ends: to whom, when, in which language, and each once.
import t from 'tap';
import { composeMail } from '#internal-db/mail/compose-mail.ts';
import type { MailDraft, MailKind } from '#internal-db/mail/mail-draft.ts';
import { tellEndings } from '#internal-db/mail/tell-endings.ts';
import { startPeopleRoom } from '../support/people-room.ts';
import { plainGrant } from '../support/running-room.ts';

const dayMs = 86_400_000;

t.test('owners are told of licences, makers of tokens and keys; 30, 7 and 1 days before, once', async (t) => {
  const room = await startPeopleRoom(t);
  const { admin, services, webFront, database } = room;
  const kim = await room.addMember('kim', 'downloader');
  await room.addMember('ola', 'owner');
  const grant = { ...plainGrant, account: 'acme', product: 'tool', notAfterMs: Date.now() + 20 * dayMs };
  const { entitlement } = await admin.call('entitlement.grant', grant);
  await admin.call('entitlement.grant', { ...grant, notAfterMs: Date.now() + 200 * dayMs });
  const token = { session: kim, name: 'nightly', lifetimeMs: 5 * dayMs };
  await webFront.call('token.create', token);
  const mailsOf = async (name: string) =>
    (await room.mailsTo(`${name}@acme.test`)).filter((text) => text.includes('end soon'));
  await tellEndings(services.context);
  await tellEndings(services.context);
  const [licences, tokens] = [await mailsOf('ola'), await mailsOf('kim')];
  t.equal(licences.length, 1);
  t.match(licences[0], /\d{4}-\d\d-\d\d {2}Licence Tool/);
  t.equal(tokens.length, 1, 'not the licence, for kim is no owner');
  t.match(tokens[0], /Token nightly/);
  const endAt = (days: number) => {
    // As if two days had passed since it was told the last time.
    database.exec(`UPDATE settings SET value = value - ${2 * dayMs} WHERE name LIKE 'endings_told_%'`);
    database.exec(
      `UPDATE entitlements SET not_after_ms = ${Date.now() + days * dayMs} WHERE id = '${entitlement.id}'`,
    );
  };
  endAt(6.5);
  await tellEndings(services.context);
  await tellEndings(services.context);
  t.equal((await mailsOf('ola')).length, 2);
  endAt(0.5);
  await tellEndings(services.context);
  t.equal((await mailsOf('ola')).length, 3);
  endAt(-0.5);
  await tellEndings(services.context);
  t.equal((await mailsOf('ola')).length, 3, 'what has ended is not announced');
  endAt(29);
  await admin.call('entitlement.revoke', { actor: 'test', entitlement: entitlement.id, reason: 'x' });
  await tellEndings(services.context);
  t.equal((await mailsOf('ola')).length, 3, 'nor what was revoked');
  await webFront.call('token.create', { ...token, name: 'short' });
  await tellEndings(services.context);
  t.equal((await mailsOf('kim')).length, 1, 'who makes a token for some days knows that');
});

t.test('every mail is there in both languages, with its values', async (t) => {
  const portal = 'https://portal.example.test';
  const link = `${portal}/x?token=abc`;
  const drafts: readonly MailDraft[] = [
    draft('invitation', { account: 'Acme', invitedBy: 'Jo', role: 'owner', link, days: 7 }),
    draft('reset', { username: 'kim', account: 'Acme', link, minutes: 60 }),
    draft('confirmation', { username: 'kim', link, hours: 24 }),
    ...(
      [
        'password_changed',
        'password_reset',
        'address_changed',
        'factor_added',
        'factor_removed',
        'factors_reset',
        'recovery_code_used',
        'recovery_codes_renewed',
        'second_step_failed',
      ] as const
    ).map((event) => draft('notice', { username: 'kim', account: 'Acme', event, atMs: 0, portal })),
    draft('unused', {
      account: 'Acme',
      days: 90,
      portal,
      credentials: [
        { kind: 'token', name: 'nightly', lastUsedAtMs: Date.now() },
        { kind: 'key', name: 'laptop', lastUsedAtMs: null },
      ],
    }),
    draft('newKeys', {
      account: 'Acme',
      appliance: 'press-1',
      uid: `apl_${'A'.repeat(22)}`,
      address: '192.0.2.1',
      atMs: Date.now(),
      portal,
    }),
    draft('portalView', { account: 'Acme', username: 'kim', reason: 'Ticket 7', atMs: Date.now(), portal }),
    draft('endings', {
      account: 'Acme',
      portal,
      endings: [{ kind: 'key', name: 'laptop', endAtMs: 0 }],
    }),
  ];
  for (const one of drafts) {
    const english = composeMail(one, 'Vendor');
    const german = composeMail({ ...one, language: 'de' }, 'Vendor');
    for (const { subject, body } of [english, german]) {
      t.match(subject, /^Vendor: /);
      t.match(body, /https:\/\/portal\.example\.test/);
      t.notMatch(`${subject}${body}`, /undefined|NaN|\[object/);
      t.ok(subject.length < 80);
    }
    t.notSame(english, german);
  }
});

function draft<K extends MailKind>(kind: K, values: MailDraft<K>['values']): MailDraft<K> {
  return { kind, recipient: 'kim@acme.test', language: 'en', values };
}
