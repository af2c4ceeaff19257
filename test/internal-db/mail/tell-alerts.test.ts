// Mails about what needs looking at: to the addresses that the settings name, and to nobody else.
import t from 'tap';
import type { Alert } from '#internal-db/alerts/alert.ts';
import { tellAlert } from '#internal-db/mail/tell-alerts.ts';
import { startPeopleRoom } from '../support/people-room.ts';

const alert: Alert = {
  kind: 'appliances_missing',
  severity: 'warning',
  subject: 'acme/here',
  text: '3 appliances of acme, site here, have missed a beat.',
  advice: 'See which: consign appliance list --account acme --missing',
  sinceMs: 1,
};

t.test('who is named is told of an alert, and that it is over', async (t) => {
  const room = await startPeopleRoom(t, { alertMailTo: ['ops@vendor.test', 'night@vendor.test'] });
  const { context } = room.services;
  await tellAlert(context, { alert, state: 'raised' });
  await tellAlert(context, { alert, state: 'cleared' });
  for (const address of ['ops@vendor.test', 'night@vendor.test']) {
    const mails = await room.mailsTo(address);
    t.equal(mails.length, 2, address);
    t.match(mails.join('\n'), /this needs looking at:[^]*3 appliances of acme[^]*consign appliance list/);
    t.match(mails.join('\n'), /this needs no looking at any more/);
  }
});

t.test('nobody is told of failing mails, or when nobody is named', async (t) => {
  const room = await startPeopleRoom(t, { alertMailTo: ['ops@vendor.test'] });
  const { context } = room.services;
  await tellAlert(context, { alert: { ...alert, kind: 'mail_failing' }, state: 'raised' });
  const settings = () => ({ ...context.settings(), alertMailTo: [] });
  await tellAlert({ ...context, settings }, { alert, state: 'raised' });
  t.same(await room.mailsTo('ops@vendor.test'), []);
});
