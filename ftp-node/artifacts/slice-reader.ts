// Gives another ftp-node a part of an artifact that is here: asked for by a request that it has signed, with a permit that internal-db has
// signed for it, and answered sealed to it. Called by node-handlers.ts for `artifact.read`. Trusts the web-front between them with nothing.
import { open } from 'node:fs/promises';
import { artifactSliceBytesMax } from '#commlink/limits.ts';
import { DocumentError } from '#commlink/document-error.ts';
import {
  artifactSlicePlace,
  artifactSlicePurpose,
  type ArtifactRequest,
} from '#commlink/methods/documents.ts';
import type { Member } from '#commlink/node-config.ts';
import { signingKeyFromRaw } from '#commlink/node-keys.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { sealMessage } from '#commlink/sealed-message.ts';
import { verifyDocument } from '#commlink/signed-document.ts';
import { slicesGivenMax } from '../limits.ts';
import type { StagerContext } from '../stager/stager-context.ts';

type ReaderContext = Pick<StagerContext, 'cluster' | 'storeroom' | 'verifier' | 'now'>;

/** The reader. */
export class SliceReader {
  readonly #context: ReaderContext;
  readonly #members: () => readonly Member[];
  #givingCount = 0;

  /** `members`: the ftp-nodes of the cluster. */
  constructor(context: ReaderContext, members: () => readonly Member[]) {
    this.#context = context;
    this.#members = members;
  }

  /**
   * RpcError `refused`: not that node's request, or no permit for it; `not_found`: no such part of an artifact here; `overloaded`: too
   * many are given at this moment.
   */
  async read(nodeId: string, text: string): Promise<{ sealed: string }> {
    const member = this.#members().find(({ id }) => id === nodeId);
    if (!member) throw new RpcError('refused', 'That is no ftp-node of this cluster.');
    const request = this.#verify(member, text);
    if (this.#givingCount >= slicesGivenMax) throw new RpcError('overloaded', 'Too many ask at this moment.');
    this.#givingCount += 1;
    try {
      const plaintext = await this.#slice(request);
      const sealed = await sealMessage({
        recipient: member.sealingKey,
        purpose: artifactSlicePurpose,
        associated: artifactSlicePlace(request),
        plaintext,
        plaintextBytesMax: artifactSliceBytesMax,
      });
      return { sealed };
    } finally {
      this.#givingCount -= 1;
    }
  }

  #verify({ id, signingKey }: Member, text: string): ArtifactRequest {
    const { cluster, verifier, now } = this.#context;
    const request = verifyRequest(text, signingKey);
    const permit = request.permit === undefined ? null : verifier.verify('artifact-permit', request.permit);
    const isTheirs = request.cluster === cluster && request.node === id;
    const isPermitted =
      permit?.cluster === cluster &&
      permit.node === id &&
      permit.sha256 === request.sha256 &&
      permit.expiresAtMs > now();
    if (isTheirs && isPermitted) return request;
    throw new RpcError('refused', 'That node has no permit for this artifact.');
  }

  async #slice({ sha256, offsetBytes }: ArtifactRequest): Promise<Buffer> {
    const inode = this.#context.storeroom.inodesOf(sha256)[0];
    if (inode === undefined || BigInt(offsetBytes) >= inode.stats.size)
      throw new RpcError('not_found', 'There is no such part of an artifact here.');
    await using handle = await open(inode.file, 'r');
    const buffer = Buffer.alloc(Math.min(artifactSliceBytesMax, Number(inode.stats.size) - offsetBytes));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, offsetBytes);
    return buffer.subarray(0, bytesRead);
  }
}

function verifyRequest(text: string, signingKey: string): ArtifactRequest {
  try {
    return verifyDocument('artifact-request', text, signingKeyFromRaw(signingKey));
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    throw new RpcError('refused', error.message, { cause: error });
  }
}
