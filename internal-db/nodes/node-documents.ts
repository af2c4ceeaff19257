// The documents between internal-db and the ftp-nodes: signs grants, URLs, orders and login answers with this node's
// key; verifies reports and statements with the member key of the node that they are said to be from; opens sealed logins.
// The times in documents are the wall clock's, as the nodes compare them with theirs (see clock.ts).
import { DocumentError } from '#commlink/document-error.ts';
import type { BanListDocument } from '#commlink/methods/ban-list.ts';
import type {
  ArtifactRequest,
  HoldingOrder,
  LoginAttempt,
  NodeReport,
  StagingStatement,
} from '#commlink/methods/documents.ts';
import { loginSealingPurpose } from '#commlink/methods/documents.ts';
import type { LoginVerdict } from '#commlink/methods/fields.ts';
import type { Member, NodeRole } from '#commlink/node-config.ts';
import { signingKeyFromRaw, type NodeKeys } from '#commlink/node-keys.ts';
import { digestReports } from '#commlink/report-batch.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { openSealedMessage } from '#commlink/sealed-message.ts';
import { signDocument, verifyDocument } from '#commlink/signed-document.ts';
import { toWallMs, type Clock } from '../clock.ts';
import { artifactPermitLifetimeMs, grantUseWithinMs } from '../limits.ts';
import { newRecordId } from '../record-id.ts';
import type { DeliveryRecord } from '../store/deliveries.ts';
import type { OrderedUnstaging } from '../store/nodes.ts';
import { parseLoginAttempt } from './parse-login-attempt.ts';

/** Who is who in the cluster now. */
export interface ClusterView {
  readonly keys: NodeKeys;
  member(idOrName: string): Member | undefined;
  /** Those that take part; a node that still catches up with the cluster is none of them. */
  activeMembers(role: NodeRole): Member[];
}

/** What a grant and a URL say of an artifact beside the delivery's own record. */
export interface GrantedArtifact {
  readonly mediaType: string;
  readonly publishedAtMs: number;
}

/** Makes and checks documents. Verifying throws RpcError `refused`: the relay is told no more than that. */
export class NodeDocuments {
  readonly #clusterName: string;
  readonly #cluster: ClusterView;
  readonly #clock: Clock;

  constructor(clusterName: string, cluster: ClusterView, clock: Clock) {
    this.#clusterName = clusterName;
    this.#cluster = cluster;
    this.#clock = clock;
  }

  /** The ftp-nodes that may be given deliveries. */
  ftpNodes(): Member[] {
    return this.#cluster.activeMembers('ftp-node');
  }

  /** Permission for the delivery's node to stage it, once, soon. */
  signGrant(delivery: DeliveryRecord, artifact: GrantedArtifact): string {
    const issuedAtMs = this.#clock.wallMs();
    return signDocument(
      'staging-grant',
      {
        cluster: this.#clusterName,
        grant: newRecordId('grt'),
        delivery: delivery.id,
        node: delivery.nodeId,
        account: delivery.account,
        product: delivery.product,
        version: delivery.version,
        file: delivery.file,
        sha256: delivery.sha256,
        sizeBytes: delivery.sizeBytes,
        mediaType: artifact.mediaType,
        publishedAtMs: artifact.publishedAtMs,
        issuedAtMs,
        useBeforeMs: issuedAtMs + grantUseWithinMs,
        stagedUntilMs: toWallMs(this.#clock, delivery.expiresAtMs),
        login: {
          name: delivery.login,
          passwordSha256: Buffer.from(delivery.passwordHash).toString('hex'),
        },
      },
      this.#cluster.keys.signing.privateKey,
    );
  }

  /** The claims of the delivery's HTTPS URL. */
  signDownloadUrl(delivery: DeliveryRecord, artifact: GrantedArtifact): string {
    return signDocument(
      'download-url',
      {
        cluster: this.#clusterName,
        node: delivery.nodeId,
        delivery: delivery.id,
        account: delivery.account,
        path: `${delivery.product}/${delivery.version}/${delivery.file}`,
        sha256: delivery.sha256,
        sizeBytes: delivery.sizeBytes,
        mediaType: artifact.mediaType,
        expiresAtMs: toWallMs(this.#clock, delivery.expiresAtMs),
      },
      this.#cluster.keys.signing.privateKey,
    );
  }

  /** An order to unstage; `order` is its id, the same each time that it is sent. */
  signOrder(order: string, node: string, deliveries: readonly OrderedUnstaging[]): string {
    return signDocument(
      'unstage-order',
      {
        cluster: this.#clusterName,
        order,
        node,
        deliveries: [...deliveries],
        issuedAtMs: this.#clock.wallMs(),
      },
      this.#cluster.keys.signing.privateKey,
    );
  }

  /** An order to end sessions at a node. */
  signCut(order: string, node: string, sessions: readonly string[]): string {
    const issuedAtMs = this.#clock.wallMs();
    return signDocument(
      'cut-order',
      { cluster: this.#clusterName, order, node, sessions: [...sessions], issuedAtMs },
      this.#cluster.keys.signing.privateKey,
    );
  }

  /** An order to hold artifacts; `issuedAtMs` is its number. */
  signHolding(node: string, order: Pick<HoldingOrder, 'artifacts' | 'issuedAtMs'>): string {
    return signDocument(
      'holding-order',
      { cluster: this.#clusterName, node, ...order },
      this.#cluster.keys.signing.privateKey,
    );
  }

  /** Permission for a node to fetch an artifact from others that have it. */
  signArtifactPermit(node: string, sha256: string): string {
    const expiresAtMs = this.#clock.wallMs() + artifactPermitLifetimeMs;
    return signDocument(
      'artifact-permit',
      { cluster: this.#clusterName, node, sha256, expiresAtMs },
      this.#cluster.keys.signing.privateKey,
    );
  }

  /** The bans in force, for every node. */
  signBanList(sequence: number, bans: BanListDocument['bans']): string {
    return signDocument(
      'ban-list',
      {
        cluster: this.#clusterName,
        sequence,
        issuedAtMs: this.#clock.wallMs(),
        bans: bans.map(({ network, untilMs }) => ({ network, untilMs: toWallMs(this.#clock, untilMs) })),
      },
      this.#cluster.keys.signing.privateKey,
    );
  }

  /** The receipt for a batch of a node's reports. */
  signReceipt(node: string, reports: readonly string[], acceptedSequence: number): string {
    const batch = digestReports(reports);
    return signDocument(
      'report-receipt',
      { cluster: this.#clusterName, node, batch, acceptedSequence },
      this.#cluster.keys.signing.privateKey,
    );
  }

  /** The answer to one login attempt, for the node that asked, bound to its nonce. */
  signLoginAnswer(attempt: LoginAttempt, verdict: LoginVerdict): string {
    const { node, nonce } = attempt;
    const wallVerdict = verdict.allowed
      ? { ...verdict, expiresAtMs: toWallMs(this.#clock, verdict.expiresAtMs) }
      : verdict;
    return signDocument(
      'login-answer',
      { cluster: this.#clusterName, node, nonce, verdict: wallVerdict },
      this.#cluster.keys.signing.privateKey,
    );
  }

  /** Opens a sealed login attempt that a relay says is from `nodeId`. */
  async openLogin(nodeId: string, sealed: string): Promise<LoginAttempt> {
    this.#ftpNode(nodeId);
    const { privateKey } = this.#cluster.keys.sealing;
    const plaintext = await openSealedMessage({ privateKey, purpose: loginSealingPurpose, sealed }).catch(
      refuseDocument,
    );
    const attempt = parseLoginAttempt(plaintext);
    this.#checkOrigin(nodeId, attempt);
    return attempt;
  }

  /** Verifies a node's report. */
  verifyReport(nodeId: string, text: string): NodeReport {
    return this.#verify('node-report', nodeId, text);
  }

  /** Verifies a node's list of what it has staged. */
  verifyStatement(nodeId: string, text: string): StagingStatement {
    return this.#verify('staging-statement', nodeId, text);
  }

  /** Verifies a node's request for a part of an artifact; `recipient` is the key that the answer is sealed to. */
  verifyArtifactRequest(nodeId: string, text: string): { request: ArtifactRequest; recipient: string } {
    const recipient = this.#ftpNode(nodeId).sealingKey;
    return { request: this.#verify('artifact-request', nodeId, text), recipient };
  }

  #verify<K extends 'node-report' | 'staging-statement' | 'artifact-request'>(
    kind: K,
    nodeId: string,
    text: string,
  ) {
    const publicKey = signingKeyFromRaw(this.#ftpNode(nodeId).signingKey);
    try {
      const body = verifyDocument(kind, text, publicKey);
      this.#checkOrigin(nodeId, body);
      return body;
    } catch (error) {
      return refuseDocument(error);
    }
  }

  #ftpNode(nodeId: string): Member {
    const member = this.#cluster.member(nodeId);
    if (member?.id === nodeId && member.role === 'ftp-node') return member;
    throw new RpcError('refused', 'That is not an ftp-node of this cluster.');
  }

  #checkOrigin(nodeId: string, body: { cluster: string; node: string }): void {
    if (body.cluster === this.#clusterName && body.node === nodeId) return;
    throw new RpcError('refused', 'The document is of another cluster or node.');
  }
}

function refuseDocument(error: unknown): never {
  if (error instanceof DocumentError) throw new RpcError('refused', error.message, { cause: error });
  throw error;
}
