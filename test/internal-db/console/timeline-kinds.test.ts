// Holds a customer's timeline to the audit log: each action that the code audits is either an event of the timeline, or listed
// here as one that has another subject than an account. So a new action can't be forgotten.
import t from 'tap';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditKinds } from '#internal-db/console/support/timeline.ts';
import { timelineTexts } from '#internal-db/console/texts/english/timeline.ts';

const room = join(import.meta.dirname, '../../../internal-db');

const setOf = (names: string): ReadonlySet<string> => new Set(names.split(/\s+/));

/** What is never about one account: by the action's first half. */
const otherSubjects = setOf(
  `appliance applianceType artifact audit ban clock config database fleetFile fleetMetadata fleetWatch node originals pin
  product proposal release rollout site staff staffToken webhook`,
);
/** The same of single actions, and of methods that are named in the same files. */
const otherActions = setOf(
  `entitlement.bulk fleet.file fleet.fileRemove fleet.install fleet.makeKeys fleet.type identity.describe
  licence.add licence.list session.list`,
);

/** Whatever is written like an action in a file that appends to the audit log. */
function readActions(): string[] {
  const files = readdirSync(room, { recursive: true, encoding: 'utf8' });
  const actions = files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(room, file), 'utf8'))
    .filter((text) => /\b(?:appendAudit|auditFactor|AuditEvent)\b/.test(text))
    .flatMap((text) => [...text.matchAll(/'([a-z][A-Za-z]*\.[a-z][A-Za-z]*)'/g)])
    .map(([, action = '']) => action);
  return [...new Set(actions)];
}

t.test('every action about an account is an event of its timeline', async (t) => {
  const actions = readActions();
  t.ok(actions.includes('account.create') && actions.includes('identity.refuse'), 'actions are found');
  const missing = actions.filter((action) => {
    const [group = ''] = action.split('.');
    return !(action in auditKinds) && !otherSubjects.has(group) && !otherActions.has(action);
  });
  t.strictSame(missing, [], 'give them a kind in auditKinds, or list them here');
  t.strictSame(
    Object.keys(auditKinds).filter((action) => !actions.includes(action)),
    [],
    'nothing is expected that is never written',
  );
});

t.test('each event has words', async (t) => {
  t.strictSame(Object.keys(timelineTexts.actions).toSorted(), Object.keys(auditKinds).toSorted());
});
