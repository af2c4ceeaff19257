// Stands in for the web-front's relay and the internal-db behind it: opens logins, takes reports without gaps, compares
// statements. Caller: running-node.ts. What it decides is the test's to change.
import type { KeyObject } from 'node:crypto';
import type { Handlers } from '#commlink/method-table.ts';
import { artifactSliceBytesMax } from '#commlink/limits.ts';
import {
  artifactSlicePlace,
  artifactSlicePurpose,
  loginSealingPurpose,
  type ArtifactRequest,
  type LoginAttempt,
  type NodeReport,
  type ReportReceipt,
  type StagingStatement,
} from '#commlink/methods/documents.ts';
import type { LoginVerdict } from '#commlink/methods/fields.ts';
import type { webFrontMethods } from '#commlink/methods/web-front-methods.ts';
import type { NodeKeys } from '#commlink/node-keys.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { openSealedMessage, sealMessage } from '#commlink/sealed-message.ts';
import { digestReports } from '#commlink/report-batch.ts';
import { signDocument, verifyDocument } from '#commlink/signed-document.ts';

/** What the test decides about logins and statements; replaced at will. */
export interface Decisions {
  login: (attempt: LoginAttempt) => LoginVerdict;
  /** Ids of the statement that are not live. */
  notLive: (statement: StagingStatement) => string[];
  /** The part of an artifact that is asked for, of internal-db or of another node. */
  slice: (request: ArtifactRequest, source: string | undefined) => Uint8Array;
  /** What the relay makes of internal-db's receipt. */
  receipt: (honest: ReportReceipt) => ReportReceipt;
  /** When false, every relayed call fails as though no internal-db could be reached. */
  reachable: boolean;
}

/** What the stand-in works with; it adds to `reports`. */
export interface RelayStandIn {
  readonly cluster: string;
  readonly internalDbKeys: NodeKeys;
  readonly nodeKey: KeyObject;
  readonly nodeSealingKey: string;
  readonly decisions: Decisions;
  readonly reports: NodeReport[];
  readonly signOrder: (deliveries: string[]) => string;
}

/** The web-front's handlers. */
export function relayHandlers(standIn: RelayStandIn): Handlers<typeof webFrontMethods> {
  const { cluster, internalDbKeys, nodeKey, decisions, reports } = standIn;
  const refuse = async (): Promise<never> => {
    throw new RpcError('forbidden', 'Not in this test.');
  };
  const checkReachable = (): void => {
    if (!decisions.reachable) throw new RpcError('unavailable', 'internal-db is out of reach.');
  };
  return {
    'relay.login': async ({ node, sealed }) => {
      checkReachable();
      const { privateKey } = internalDbKeys.sealing;
      const plain = await openSealedMessage({ privateKey, purpose: loginSealingPurpose, sealed });
      const attempt = JSON.parse(Buffer.from(plain).toString()) as LoginAttempt;
      const body = { cluster, node, nonce: attempt.nonce, verdict: decisions.login(attempt) };
      return { answer: signDocument('login-answer', body, internalDbKeys.signing.privateKey) };
    },
    'relay.report': async ({ node, reports: texts }) => {
      checkReachable();
      for (const text of texts) {
        const report = verifyDocument('node-report', text, nodeKey);
        if (report.sequence === (reports.at(-1)?.sequence ?? 0) + 1) reports.push(report);
      }
      const acceptedSequence = reports.at(-1)?.sequence ?? 0;
      const receipt = { cluster, node, batch: digestReports(texts), acceptedSequence };
      return {
        receipt: signDocument(
          'report-receipt',
          decisions.receipt(receipt),
          internalDbKeys.signing.privateKey,
        ),
      };
    },
    'relay.reconcile': async ({ statement: text }) => {
      checkReachable();
      const notLive = decisions.notLive(verifyDocument('staging-statement', text, nodeKey));
      return { order: notLive.length === 0 ? null : standIn.signOrder(notLive) };
    },
    'relay.artifact': async ({ request: text, source }) => {
      checkReachable();
      const request = verifyDocument('artifact-request', text, nodeKey);
      const sealed = await sealMessage({
        recipient: standIn.nodeSealingKey,
        purpose: artifactSlicePurpose,
        associated: artifactSlicePlace(request),
        plaintext: decisions.slice(request, source),
        plaintextBytesMax: artifactSliceBytesMax,
      });
      return { sealed };
    },
    'relay.hold': refuse,
    'relay.stage': refuse,
    'relay.unstage': refuse,
    'relay.bans': refuse,
    'relay.sessions': refuse,
    'relay.cut': refuse,
    'relay.ping': refuse,
    'relay.nodes': refuse,
  };
}
