// Decides a login at a node with a public SSH key. The node passes on what the client signed, and the signature is verified
// here: a node that was taken over can't say that somebody has shown a key. Called by identity/decide-login.ts.
import { verify, type KeyObject } from 'node:crypto';
import type { LoginAttempt } from '#commlink/methods/documents.ts';
import type { LoginVerdict } from '#commlink/methods/fields.ts';
import type { PublicKeyCredential } from '#commlink/methods/login-credential.ts';
import { credentialUseWriteIntervalMs, passwordLoginLifetimeMs } from '../limits.ts';
import type { ServiceContext } from '../service-context.ts';
import type { SshKeyRecord } from '../store/ssh-keys.ts';
import { PublicKeyError, readPublicKey, type SignatureScheme } from './public-key.ts';
import { isRequestOf } from './signed-request.ts';

/**
 * The verdict. Without a signature it is at best `signature_needed`, and a key that is not known is no failure: clients
 * offer every key that they have. Whether the account is suspended is told to nobody without a signature.
 */
export async function decideKeyLogin(
  context: ServiceContext,
  attempt: LoginAttempt,
  credential: PublicKeyCredential,
): Promise<LoginVerdict> {
  const { username, address } = attempt;
  const isQuestion = credential.signature === null;
  const admission = context.throttle.begin({ door: 'node', name: username, address, isQuestion });
  if (!admission.admitted) return { allowed: false, reason: 'throttled' };
  const keyBlob = Buffer.from(credential.key, 'base64');
  const known = await context.store.read.sshKeys.sshKeyOfUser(username, keyBlob);
  const nowMs = context.clock.nowMs();
  const endsAtMs = Math.min(known?.sshKey.expiresAtMs ?? Infinity, nowMs + passwordLoginLifetimeMs);
  // One that has ended is as one that was removed.
  const found = endsAtMs > nowMs ? known : undefined;
  if (isQuestion) {
    admission.withdrawn();
    const wouldDo = found !== undefined && schemeFor(keyBlob, credential.algorithm) !== null;
    return { allowed: false, reason: wouldDo ? 'signature_needed' : 'credentials' };
  }
  if (!found || !isSigned(username, credential, keyBlob)) {
    admission.failed();
    return { allowed: false, reason: 'credentials' };
  }
  admission.succeeded();
  if (found.account.state !== 'active') return { allowed: false, reason: 'suspended' };
  await noteKeyUse(context, found.sshKey);
  return {
    allowed: true,
    account: found.account.name,
    principal: `key:${found.sshKey.id}`,
    expiresAtMs: endsAtMs,
  };
}

function isSigned(username: string, credential: PublicKeyCredential, keyBlob: Buffer): boolean {
  const { algorithm, signature, signedData } = credential;
  if (signature === null || signedData === null) return false;
  const scheme = schemeFor(keyBlob, algorithm);
  const data = Buffer.from(signedData, 'base64');
  if (scheme === null || !isRequestOf(data, { username, algorithm, keyBlob })) return false;
  return verify(scheme.digest, data, scheme.key, Buffer.from(signature, 'base64'));
}

function schemeFor(keyBlob: Buffer, algorithm: string): (SignatureScheme & { key: KeyObject }) | null {
  try {
    const { key, schemes } = readPublicKey(keyBlob);
    const scheme = schemes.find((one) => one.algorithm === algorithm);
    return scheme ? { ...scheme, key } : null;
  } catch (error) {
    // It was taken when it was put in; what is taken may have become less since.
    if (error instanceof PublicKeyError) return null;
    throw error;
  }
}

async function noteKeyUse(context: ServiceContext, { id, lastUsedAtMs }: SshKeyRecord): Promise<void> {
  const nowMs = context.clock.nowMs();
  if (nowMs - (lastUsedAtMs ?? 0) < credentialUseWriteIntervalMs) return;
  await context.store.transaction((transaction) => transaction.sshKeys.touchSshKey(id, nowMs));
}
