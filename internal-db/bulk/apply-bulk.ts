// Many changes of entitlements at once: all of them or none. A dry run does all of it in a transaction that is then undone,
// so that what it says is what would happen. Called by the console.
import { RpcError } from '#commlink/rpc-error.ts';
import { changeEntitlement, type Author, type EntitlementChange } from '../admin/change-entitlements.ts';
import { findMissingAgreement } from '../licences/missing-agreement.ts';
import type { ServiceContext } from '../service-context.ts';
import type { Transaction } from '../store/store.ts';
import { tableRefusals } from '../texts/service-texts.ts';
import { parseBulk, type BulkLine, type BulkProblem } from './parse-bulk.ts';

/** What was done, or would be. With problems, nothing. */
export interface BulkOutcome {
  readonly problems: readonly BulkProblem[];
  readonly grantCount: number;
  readonly extensionCount: number;
  readonly revocationCount: number;
  /** Accounts that are concerned, by name. */
  readonly accounts: readonly string[];
  readonly endedDeliveryCount: number;
  /** Licence agreements that grants ask for, and that nobody can accept yet; each once, by name. */
  readonly missingAgreements: readonly string[];
}

/** Thrown to undo a transaction whose outcome is wanted all the same. */
class Undone extends Error {
  readonly outcome: BulkOutcome;

  constructor(outcome: BulkOutcome) {
    super('undone as intended');
    this.outcome = outcome;
  }
}

/** Changes, or with `dryRun` only tells. What is wrong in a line is a problem, not an error. */
export async function applyBulk(
  context: Pick<ServiceContext, 'store' | 'clock' | 'orders'>,
  order: { actor: string; text: string; dryRun: boolean },
): Promise<BulkOutcome> {
  const { actor, text, dryRun } = order;
  const { lines, problems } = parseBulk(text);
  const author = { actor, atMs: context.clock.nowMs() };
  try {
    const { outcome, orders } = await context.store.transaction(async (transaction) => {
      const applied = await applyLines(transaction, lines, author);
      const all = { ...applied.outcome, problems: [...problems, ...applied.outcome.problems] };
      if (dryRun || all.problems.length > 0) throw new Undone(all);
      return { outcome: all, orders: applied.orders };
    });
    await context.orders.sendNow(orders);
    return outcome;
  } catch (error) {
    if (error instanceof Undone) return error.outcome;
    throw error;
  }
}

/**
 * The same inside a transaction; returns the orders to send afterwards. RpcError `refused`: a line is wrong, so nothing of it may
 * be kept.
 */
export async function applyTable(
  transaction: Transaction,
  text: string,
  author: Author,
): Promise<readonly string[]> {
  const { lines, problems } = parseBulk(text);
  const applied = await applyLines(transaction, lines, author);
  const [first] = [...problems, ...applied.outcome.problems];
  if (!first) return applied.orders;
  const { line, sentence } = first;
  throw new RpcError(
    'refused',
    line === null ? tableRefusals.ofTheTable(sentence) : tableRefusals.atLine(line, sentence),
  );
}

async function applyLines(
  transaction: Transaction,
  lines: readonly BulkLine[],
  author: Author,
): Promise<{ outcome: BulkOutcome; orders: string[] }> {
  const problems: BulkProblem[] = [];
  const accounts = new Set<string>();
  const orders: string[] = [];
  let endedDeliveryCount = 0;
  for (const { line, change } of lines) {
    try {
      const changed = await changeEntitlement(transaction, change, author);
      accounts.add(changed.entitlement.account);
      orders.push(...changed.orders);
      endedDeliveryCount += changed.deliveries.length;
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      problems.push({ line, sentence: error.message });
    }
  }
  const agreements = new Set(lines.map(({ change }) => agreementOf(change)));
  const missing = await Promise.all(
    [...agreements].map((agreement) => findMissingAgreement(transaction, agreement, author.atMs)),
  );
  const countOf = (kind: string) => lines.filter(({ change }) => change.kind === kind).length;
  const outcome = {
    problems,
    grantCount: countOf('grant'),
    extensionCount: countOf('extend'),
    revocationCount: countOf('revoke'),
    accounts: [...accounts].toSorted(),
    endedDeliveryCount,
    missingAgreements: missing.filter((agreement) => agreement !== null).toSorted(),
  };
  return { outcome, orders };
}

function agreementOf(change: EntitlementChange): string | null {
  return change.kind === 'grant' ? change.terms.licenceAgreement : null;
}
