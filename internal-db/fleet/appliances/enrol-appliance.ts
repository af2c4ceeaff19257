// Enrolment: a one-time code becomes a uid whose keys are known. Called for `fleet.enrol`. Trusts the code alone; that the sender
// holds the keys is proved by the message's signature.
import { createHash } from 'node:crypto';
import { DocumentError } from '#commlink/document-error.ts';
import { openEnrolment, type Enrolment, type EnrolmentReply } from '#commlink/fleet/enrolment.ts';
import type { ApplianceRefusal } from '#commlink/methods/fleet-methods.ts';
import { appendAudit } from '../../audit/append-audit.ts';
import { newRecordId } from '../../record-id.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ApplianceRecord, EnrolmentCodeRecord } from '../../store/fleet-appliances.ts';
import type { MailRecord } from '../../store/mails.ts';
import type { Transaction } from '../../store/store.ts';
import { EventList } from '../event-list.ts';
import type { IncomingMessage } from '../open-message.ts';
import { hashCode } from './enrolment-codes.ts';
import { composeNewKeys } from './tell-owners.ts';

type Answer = { accepted: true; reply: string } | { accepted: false; reason: ApplianceRefusal };
/** What an enrolment is judged by beside the database. */
interface EnrolmentTerms {
  readonly atMs: number;
  readonly address: string;
  readonly news: readonly MailRecord[];
  /** Appliances that an account may have. */
  readonly countMax: number;
}
type Enrolled = Omit<EnrolmentReply, 'cluster' | 'directorRoot' | 'packagesRoot' | 'intervalMs' | 'nowMs'>;

/**
 * Enrols, or says why not. As long as the code lasts, the same keys get the same answer again: it may be lost on its way, or with the
 * power of the appliance.
 */
export async function enrolAppliance(
  context: ServiceContext,
  { message, address }: IncomingMessage,
): Promise<Answer> {
  const refuse = (reason: ApplianceRefusal): Answer => {
    context.fleetRefusals.note({ reason, uid: '', address });
    return { accepted: false, reason };
  };
  if (!context.fleetMetadata.isSetUp()) return { accepted: false, reason: 'not_ready' };
  let enrolment: Enrolment;
  try {
    enrolment = openEnrolment(message);
  } catch (error) {
    if (error instanceof DocumentError) return refuse('malformed');
    throw error;
  }
  const atMs = context.clock.nowMs();
  const news = await composeNewKeys(context, { code: enrolment.code, address });
  const { beatIntervalMs: intervalMs, appliancesPerAccountMax: countMax } = context.settings().fleet;
  const enrolled = await context.store.transaction((transaction) =>
    redeem(transaction, enrolment, { atMs, address, news, countMax }),
  );
  if (typeof enrolled === 'string') return refuse(enrolled);
  if (news.length > 0) context.mail.sendSoon();
  const reply: EnrolmentReply = {
    ...enrolled,
    cluster: context.cluster,
    ...context.fleetMetadata.firstRoots(),
    intervalMs,
    nowMs: context.clock.wallMs(),
  };
  return { accepted: true, reply: JSON.stringify(reply) };
}

async function redeem(
  transaction: Transaction,
  enrolment: Enrolment,
  { atMs, address, news, countMax }: EnrolmentTerms,
): Promise<Enrolled | 'code' | 'full'> {
  const { accounts, appliances, fleetTypes } = transaction;
  const code = await appliances.codeByHash(hashCode(enrolment.code));
  if (!code || code.withdrawnAtMs !== null || code.expiresAtMs <= atMs) return 'code';
  const account = await accounts.byId(code.accountId);
  const type = await fleetTypes.typeById(code.typeId);
  if (!account || !type || account.state !== 'active') return 'code';
  const named = ({ uid, name }: ApplianceRecord): Enrolled => ({
    uid,
    name,
    account: account.name,
    type: type.name,
  });
  if (code.usedByUid !== null) {
    const before = await appliances.byUid(code.usedByUid);
    return before && isOf(before, enrolment) ? named(before) : 'code';
  }
  if (code.uid === null && (await isFull(transaction, account.id, countMax))) return 'full';
  const appliance = await admit(transaction, { code, enrolment, atMs });
  if (!appliance || !(await appliances.useCode(code.id, { uid: appliance.uid, atMs }))) return 'code';
  const detail = { account: account.name, type: type.name, name: appliance.name, code: code.id, address };
  const action = code.uid === null ? 'appliance.enrol' : 'appliance.replaceKeys';
  for (const mail of code.uid === null ? [] : news) await transaction.mails.insertMail(mail);
  await appendAudit(transaction, {
    atMs,
    actor: `enrolment:${code.id}`,
    action,
    subject: appliance.uid,
    detail,
  });
  return named(appliance);
}

/** Whoever has the keys of both is the appliance that was enrolled before. */
function isOf({ state, signingKey, sealingKey }: ApplianceRecord, enrolment: Enrolment): boolean {
  return state !== 'retired' && signingKey === enrolment.signingKey && sealingKey === enrolment.sealingKey;
}

async function isFull({ appliances }: Transaction, accountId: string, countMax: number): Promise<boolean> {
  const { active, quarantined } = await appliances.counts(accountId);
  return active + quarantined >= countMax;
}

/** Null when the appliance that the code is for is retired. */
async function admit(
  transaction: Transaction,
  { code, enrolment, atMs }: { code: EnrolmentCodeRecord; enrolment: Enrolment; atMs: number },
): Promise<ApplianceRecord | null> {
  const { appliances, beats } = transaction;
  const { signingKey, sealingKey } = enrolment;
  const hardware = hardwareDigest(enrolment);
  const uid = code.uid ?? newRecordId('apl');
  const events = new EventList(uid, atMs);
  events.add(code.uid === null ? 'enrolled' : 'keys_replaced', { code: code.id });
  if (code.uid !== null) {
    const known = await appliances.byUid(uid);
    if (!known || known.state === 'retired') return null;
    await appliances.replaceKeys(uid, { signingKey, sealingKey, hardware, atMs });
    await beats.dropCatalogs([uid]);
    await events.write(transaction);
    return { ...known, signingKey, sealingKey, hardware };
  }
  const name = enrolment.name ?? (code.label === '' ? `appliance-${uid.slice(4, 10)}` : code.label);
  const appliance: ApplianceRecord = {
    uid,
    accountId: code.accountId,
    typeId: code.typeId,
    siteId: code.siteId,
    name,
    groupName: code.groupName,
    slot: slotOf(uid),
    state: 'active',
    signingKey,
    sealingKey,
    hardware,
    enrolledAtMs: atMs,
    stateSinceMs: atMs,
    stateReason: '',
    restoringSinceMs: null,
  };
  await appliances.insert(appliance);
  await events.write(transaction);
  return appliance;
}

/** As the agent digests it for its beats. */
function hardwareDigest({ hardware: { machineId, board, networkAddresses } }: Enrolment): string {
  return createHash('sha256').update(JSON.stringify({ machineId, board, networkAddresses })).digest('hex');
}

/** Where the waves of rollouts count an appliance: as good as by lot, and the same each time. */
function slotOf(uid: string): number {
  return createHash('sha256').update(uid).digest().readUInt32BE(0) % 10_000;
}
