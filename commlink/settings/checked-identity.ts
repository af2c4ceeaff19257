// Checks the certificate and key that a node is told to show its clients, before anything depends on them.
// Callers: each component, while it stages a version whose identity differs from the one in use, and at start.
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { StartupError } from '../process-lifecycle.ts';
import type { NodeIdentity } from './cluster-configuration.ts';

/** The part of an identity that TLS needs: PEM texts. */
export type TlsIdentity = Pick<NodeIdentity, 'certificate' | 'privateKey'>;

/**
 * Throws StartupError `CERTIFICATE_INVALID` (not PEM, or the key is another one's) or `CERTIFICATE_EXPIRED`. With `null`
 * for the time, expiry is not looked at: a node must start with an expired certificate, since only one that runs can be
 * given another. Returns when the certificate expires.
 */
export function checkIdentity({ certificate, privateKey }: TlsIdentity, nowMs: number | null): number {
  const expiresAtMs = readExpiry(certificate);
  try {
    createSecureContext({ cert: certificate, key: privateKey });
  } catch (cause) {
    const what = "The certificate and the private key in this node's identity do not belong together.";
    throw new StartupError(
      'CERTIFICATE_INVALID',
      `${what} Publish the key that the certificate was made for.`,
      {
        cause,
      },
    );
  }
  if (nowMs !== null && expiresAtMs <= nowMs) {
    const day = new Date(expiresAtMs).toISOString().slice(0, 10);
    throw new StartupError('CERTIFICATE_EXPIRED', `The certificate expired on ${day}. Publish a newer one.`);
  }
  return expiresAtMs;
}

function readExpiry(certificate: string): number {
  try {
    return new X509Certificate(certificate).validToDate.getTime();
  } catch (cause) {
    const what = "The certificate in this node's identity is not a PEM text of one.";
    throw new StartupError('CERTIFICATE_INVALID', `${what} Publish it again from the file that you got.`, {
      cause,
    });
  }
}
