// Sends a file to internal-db, which keeps it and has every ftp-node fetch it: in pieces over the administration socket, gone on
// with where the last piece ended when internal-db was restarted meanwhile, or this command was. Called by publish.
import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { digestFile } from '#commlink/artifacts/artifact-file.ts';
import { uploadPieceBytesMax } from '#commlink/methods/upload-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import type { Admin } from './admin-client.ts';
import { CliError } from './cli-error.ts';
import type { Invocation } from './command-spec.ts';
import { sendAgainMs, sendPatienceMs } from './limits.ts';

/** A file of this machine. */
export interface FileToSend {
  readonly path: string;
  readonly name: string;
  readonly sizeBytes: number;
}

interface Sending {
  readonly file: FileToSend;
  readonly sha256: string;
  readonly actor: string;
  /** Hears how far it is. */
  readonly onOffset: (offsetBytes: number) => void;
}

/** Sends it; `onOffset` hears how far it is. Throws CliError `unreachable` when internal-db stays away, RpcError for a refusal. */
export async function sendOriginal(
  { withAdmin, actor }: Pick<Invocation, 'withAdmin' | 'actor'>,
  file: FileToSend,
  onOffset: (offsetBytes: number) => void,
): Promise<{ sha256: string; sizeBytes: number }> {
  const sha256 = await digestFile(file.path);
  let lastAtMs = Date.now();
  let farthestBytes = 0;
  // Beginning again where it was is no progress.
  const heard = (offsetBytes: number): void => {
    if (offsetBytes > farthestBytes) lastAtMs = Date.now();
    farthestBytes = Math.max(farthestBytes, offsetBytes);
    onOffset(offsetBytes);
  };
  for (;;) {
    try {
      return await withAdmin((admin) => sendRest(admin, { file, sha256, actor, onOffset: heard }));
    } catch (error) {
      if (!isBroken(error) || Date.now() - lastAtMs > sendPatienceMs) throw error;
      await delay(sendAgainMs);
    }
  }
}

async function sendRest(admin: Admin, sending: Sending): Promise<{ sha256: string; sizeBytes: number }> {
  const { file, sha256, actor, onOffset } = sending;
  const { sizeBytes, name } = file;
  const begun = await admin.call('upload.begin', { actor, name, sizeBytes, sha256 });
  const { upload } = begun;
  await using handle = await open(file.path, 'r');
  const buffer = Buffer.alloc(uploadPieceBytesMax);
  for (let at = begun.offsetBytes; at < sizeBytes;) {
    onOffset(at);
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, sizeBytes - at), at);
    if (bytesRead === 0)
      throw new CliError('failed', `${file.path} became shorter while it was sent. Publish it again.`);
    const piece = buffer.subarray(0, bytesRead).toString('base64url');
    ({ offsetBytes: at } = await admin.call('upload.append', { actor, upload, offsetBytes: at, piece }));
  }
  onOffset(sizeBytes);
  await admin.call('upload.finish', { actor, upload });
  return { sha256, sizeBytes };
}

/** Whether it may go on by itself: internal-db went away, or is not back yet. */
function isBroken(error: unknown): boolean {
  if (error instanceof CliError) return error.code === 'unreachable';
  return error instanceof RpcError && ['disconnected', 'unavailable'].includes(error.code);
}
