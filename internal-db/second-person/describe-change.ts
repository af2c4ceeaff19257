// What a proposed change would do if it were approved now, for whoever decides: facts in the language that is spoken, and for a
// table its text. Called by the console and its API.
import { AtMs } from '#commlink/methods/fields.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { Type, compileSchema, strictObject, type Static } from '#commlink/schema.ts';
import { applyBulk } from '../bulk/apply-bulk.ts';
import { findAccount, findProduct, findRelease } from '../admin/find-by-name.ts';
import { findStaffMember } from '../admin/staff-changes.ts';
import type { ServiceContext } from '../service-context.ts';
import type { ProposalRecord } from '../store/proposals.ts';
import { customerRefusals, previewTexts as texts, tableRefusals } from '../texts/service-texts.ts';
import { inEnglish } from '../texts/spoken-language.ts';
import type { DangerousChange } from './dangerous-change.ts';
import { previewFreshMs } from './limits.ts';
import { changeOf, stateAt } from './proposals.ts';

/** What would be done. */
export interface ChangePreview {
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** The table of a change of many; null for other changes. */
  readonly table: string | null;
}

const KeptPreview = strictObject({
  atMs: AtMs,
  /** `label` names one of the texts. */
  facts: Type.Array(strictObject({ label: Type.String(), value: Type.String() })),
});
const keptPreviewCheck = compileSchema('kept preview', KeptPreview);

type StaffParams = Extract<DangerousChange, { kind: 'staff.change' }>['params'];
type Facts = ChangePreview['facts'];

/** Looks it up, while it is open. What does not exist any more is a fact, too. */
export async function describeProposal(
  context: ServiceContext,
  proposal: ProposalRecord,
): Promise<ChangePreview> {
  const change = changeOf(proposal);
  // Nobody decides about it any more: it is not tried, however often it is looked at.
  if (stateAt(proposal, context.clock.nowMs()) !== 'open') return { facts: [], table: null };
  const table = change.kind === 'entitlement.bulk' ? change.params.text : null;
  try {
    const facts =
      change.kind === 'entitlement.bulk'
        ? await factsOfKeptTable(context, proposal, change.params.text)
        : await factsOf(context, change);
    return { facts, table };
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return { facts: [[texts.impossible, error.message]], table };
  }
}

async function factsOf(
  context: ServiceContext,
  change: Exclude<DangerousChange, { kind: 'entitlement.bulk' }>,
): Promise<Facts> {
  switch (change.kind) {
    case 'release.withdraw':
      return await factsOfRelease(context, change.params);
    case 'account.suspend':
      return await factsOfAccount(context, change.params.account);
    case 'staff.change':
      return await factsOfStaff(context, change.params);
    case 'staff.end':
      return await factsOfMember(context, change.params.name);
    case 'user.resetSecondFactor':
      return await factsOfUser(context, change.params.user);
  }
}

async function factsOfRelease(
  { store: { read } }: ServiceContext,
  named: { product: string; version: string },
): Promise<Facts> {
  const product = await findProduct(read, named.product);
  const release = await findRelease(read, product, named.version);
  return [
    [texts.release, `${product.title} ${release.version}`],
    [texts.stateNow, release.state],
    [texts.holders, String(await read.statistics.holderCount(release.id))],
    [texts.endedDeliveries, String((await read.deliveries.liveOfRelease(release.id)).length)],
  ];
}

/** Trying a table takes the database for as long as applying it, so what came of it is kept for a while. */
async function factsOfKeptTable(
  context: ServiceContext,
  { id, preview }: ProposalRecord,
  text: string,
): Promise<Facts> {
  const atMs = context.clock.nowMs();
  const kept = preview === null ? null : keptPreviewCheck.parse(JSON.parse(preview));
  if (kept && atMs - kept.atMs < previewFreshMs) return factsAt(kept);
  const facts = (await inEnglish(() => tryTable(context, text))).map(([label, value]) => ({ label, value }));
  const found = JSON.stringify({ atMs, facts });
  await context.store.transaction(({ proposals }) => proposals.keepPreview(id, found));
  return factsAt({ atMs, facts });
}

/** In the language that is spoken; a label that is none of the texts was kept by an older Consign. */
function factsAt({ atMs, facts }: Static<typeof KeptPreview>): Facts {
  const found = facts.map(({ label, value }) => [isLabel(label) ? texts[label] : label, value] as const);
  return [...found, [texts.asOf, new Date(atMs).toISOString()]];
}

function isLabel(label: string): label is keyof typeof texts {
  return Object.hasOwn(texts, label);
}

/** What it would do, or what is wrong with it: the names of texts, and values. */
async function tryTable(
  context: ServiceContext,
  text: string,
): Promise<readonly (readonly [label: keyof typeof texts, value: string])[]> {
  const outcome = await applyBulk(context, { actor: 'console', text, dryRun: true });
  const { problems, accounts, grantCount, extensionCount, revocationCount } = outcome;
  const { endedDeliveryCount, missingAgreements } = outcome;
  const [first] = problems;
  if (first) return [['impossible', tableRefusals.atLine(first.line ?? 1, first.sentence)]];
  return [
    ['grants', String(grantCount)],
    ['extensions', String(extensionCount)],
    ['revocations', String(revocationCount)],
    ['endedDeliveries', String(endedDeliveryCount)],
    ['customers', accounts.join(', ')],
    ...(missingAgreements.length === 0
      ? []
      : ([['missingAgreements', missingAgreements.join(', ')]] as const)),
  ];
}

async function factsOfAccount({ store: { read } }: ServiceContext, name: string): Promise<Facts> {
  const account = await findAccount(read, name);
  return [
    [texts.customer, `${account.displayName} (${account.name})`],
    [texts.stateNow, account.state],
    [texts.endedDeliveries, String((await read.deliveries.liveOfAccount(account.id)).length)],
  ];
}

async function factsOfStaff(context: ServiceContext, params: StaffParams): Promise<Facts> {
  if (params.change === 'create') {
    const { name, displayName, role } = params;
    return [
      [texts.newMember, `${displayName} (${name})`],
      [texts.role, role],
    ];
  }
  const facts = await factsOfMember(context, params.name);
  return params.change === 'role' ? [...facts, [texts.newRole, params.role]] : facts;
}

async function factsOfMember({ store: { read } }: ServiceContext, name: string): Promise<Facts> {
  const { displayName, role, endedAtMs } = await findStaffMember(read, name);
  return [
    [texts.member, `${displayName} (${name})`],
    [texts.roleNow, role],
    [texts.maySignIn, endedAtMs === null ? texts.yes : texts.no],
  ];
}

async function factsOfUser({ store: { read } }: ServiceContext, name: string): Promise<Facts> {
  const found = await read.accounts.userByName(name);
  if (!found) throw new RpcError('not_found', customerRefusals.noUser(name));
  return [
    [texts.person, `${found.user.displayName} (${name})`],
    [texts.customer, `${found.account.displayName} (${found.account.name})`],
  ];
}
