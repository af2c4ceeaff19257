// A node's identity, for its sealed section: a server certificate of this installation's authority, and an FTP node's
// SSH host keys. Made in memory and forgotten once sealed. Callers: the launcher, and `consign node invite`.
import { existsSync } from 'node:fs';
import type { NodeEntry, NodeIdentity } from '#commlink/settings/cluster-configuration.ts';
import {
  ensureAuthority,
  isCertificateGood,
  isNearEnd,
  isOwnIssue,
  issueCertificate,
  ownHostNames,
} from './certificates.ts';
import { createHostKeys } from './ssh-host-keys.ts';
import type { StateLayout } from './state-directory.ts';

/** Makes an identity with new keys, for a node of this machine or, with its settings' names alone, of another one. */
export async function createIdentity(
  layout: StateLayout,
  entry: NodeEntry,
  options: { isOnThisMachine: boolean },
): Promise<NodeIdentity> {
  const hostKeys = entry.role === 'ftp-node' ? createHostKeys() : [];
  const own = options.isOnThisMachine ? ownHostNames() : [];
  return { ...(await createCertificate(layout, [...own, ...clientNames(entry)])), hostKeys };
}

/** What is to be done about a node's certificate: nothing, a new one of this state's authority, or the operator's own. */
export type CertificateCare = 'none' | 'renew' | 'operator';

/**
 * Judges the certificate of a node of this machine: whether it is near its end, or not for all its names, or of an
 * authority that was replaced. What this state's authority did not issue, or where it is not, is the operator's.
 */
export async function judgeCertificate(
  layout: StateLayout,
  entry: NodeEntry,
  { certificate, privateKey }: NodeIdentity,
): Promise<CertificateCare> {
  if (!existsSync(layout.caKeyFile) || !isOwnIssue(certificate))
    return isNearEnd(certificate) ? 'operator' : 'none';
  const authority = await ensureAuthority(layout);
  const hostNames = [...ownHostNames(), ...clientNames(entry)];
  return isCertificateGood({ certificate, privateKey }, { authority, hostNames }) ? 'none' : 'renew';
}

/** The identity of a node of this machine with a new certificate; host keys are kept, since clients remember them. */
export async function renewIdentity(
  layout: StateLayout,
  entry: NodeEntry,
  { hostKeys }: NodeIdentity,
): Promise<NodeIdentity> {
  return { ...(await createCertificate(layout, [...ownHostNames(), ...clientNames(entry)])), hostKeys };
}

async function createCertificate(
  layout: StateLayout,
  hostNames: readonly string[],
): Promise<Omit<NodeIdentity, 'hostKeys'>> {
  const authority = await ensureAuthority(layout);
  const issued = await issueCertificate(authority, [...new Set(hostNames)]);
  return { ...issued, authority: authority.certificate };
}

/** The names and addresses that a node's clients reach it by. */
function clientNames(entry: NodeEntry): string[] {
  if (entry.role === 'internal-db') return [entry.settings.console.host];
  if (entry.role === 'web-front') return [hostOf(entry.settings.portal.publicUrl)];
  const { https, ftp, sftp } = entry.settings;
  return [hostOf(https.publicBase), ftp.publicHost, sftp.publicHost];
}

/** The host of an address; an IPv6 address without its brackets. */
function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '');
}
