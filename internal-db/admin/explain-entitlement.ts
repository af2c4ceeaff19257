// "Why, or why not?": the decision for each file in question, with what was found about every entitlement, at any moment.
// Called for `entitlement.explain` and the console. For a past moment everything counts as of then: grants, extensions,
// revocations, acceptances, downloads, and the states of account and release (past-moment.ts). With a change that is
// supposed, the answer is as if somebody had made it at that moment.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { adminMethods } from '#commlink/methods/admin-methods.ts';
import { decideEntitlement, judgeEntitlements } from '../decision/decide-entitlement.ts';
import { gatherFacts } from '../decision/gather-facts.ts';
import { supposeChange, type SupposedChange } from '../decision/suppose-change.ts';
import { compareVersionsNewestFirst } from '../decision/version-range.ts';
import type { ServiceContext } from '../service-context.ts';
import type { StoreReads } from '../store/store.ts';
import { viewEntitlement } from './entitlement-administration.ts';
import { recallFacts } from './past-moment.ts';

type Table = typeof adminMethods;
type Explanation = ResultOf<Table, 'entitlement.explain'>;
type ExplainedDecision = Explanation['decisions'][number];

/** Explains. Without a version: one decision a release; without a file: one a file; unknown names are reasons too. */
export async function explainEntitlement(
  context: ServiceContext,
  question: ParamsOf<Table, 'entitlement.explain'>,
  supposed: SupposedChange | null = null,
): Promise<Explanation> {
  const { read } = context.store;
  const nowMs = context.clock.nowMs();
  const atMs = question.atMs ?? nowMs;
  const account = await read.accounts.byName(question.account);
  const decisions: ExplainedDecision[] = [];
  for (const { version, file } of await listSubjects(read, question)) {
    const asked = { account, product: question.product, version, file, atMs };
    const gathered = await gatherFacts(read, asked);
    const then = atMs < nowMs ? await recallFacts(read, account, gathered) : gathered.facts;
    const facts = supposed ? supposeChange(then, supposed) : then;
    const decision = decideEntitlement(facts);
    decisions.push({
      version,
      file,
      allowed: decision.allowed,
      reason: decision.allowed ? null : decision.reason,
      explanation: decision.explanation,
      entitlement: decision.allowed ? decision.entitlement.id : null,
      findings: judgeEntitlements(facts).map((finding) => ({
        ...finding,
        entitlement: viewEntitlement(finding.entitlement),
      })),
    });
  }
  return { account: question.account, product: question.product, atMs, decisions };
}

interface Subject {
  readonly version: string | null;
  readonly file: string | null;
}

async function listSubjects(
  store: StoreReads,
  question: ParamsOf<Table, 'entitlement.explain'>,
): Promise<Subject[]> {
  const { version, file } = question;
  const product = await store.catalog.productByName(question.product);
  if (version !== null) {
    const release = product && (await store.catalog.release(product.id, version));
    const artifacts = release && file === null ? await store.catalog.artifactsOf(release.id) : [];
    if (artifacts.length === 0) return [{ version, file }];
    return artifacts.map((artifact) => ({ version, file: artifact.name }));
  }
  const releases = product ? await store.catalog.releasesOf(product.id) : [];
  if (releases.length === 0) return [{ version: null, file }];
  return releases
    .map((release) => release.version)
    .toSorted(compareVersionsNewestFirst)
    .map((releaseVersion) => ({ version: releaseVersion, file }));
}
