// The checks of `consign doctor` on the cluster: members that are silent or refuse a version, key bags that are due, and
// the certificates that clients are shown, which come to the programs sealed and so can only be seen from outside.
import { connect } from 'node:tls';
import { formatHostPort } from '#commlink/host-port.ts';
import type { Manifest } from '#commlink/configuration/blocks/manifest.ts';
import type { ClusterStatus } from '#commlink/methods/operator-methods.ts';
import { certificateWarnMs, probeMs } from '../limits.ts';
import { firstDueAtMs, isRotationOpen, listBags } from '#commlink/operator/bag-status.ts';
import { findTroubles } from '../operator/describe-members.ts';
import { shortVersion } from '../operator/short-version.ts';
import { formatSpan } from '../text.ts';
import { fail, ok, warn, type Finding, type Patient } from './check.ts';

/** How the cluster's configuration stands, as one of its nodes says. */
export interface ClusterPatient {
  readonly status: ClusterStatus;
  readonly manifest: Manifest;
}

/** That every member is heard, and none refuses a version. */
export function checkMembers({ status, manifest }: ClusterPatient): Finding[] {
  const troubles = findTroubles(status, manifest);
  if (troubles.length > 0) return troubles.map(({ text, advice }) => fail('cluster', text, advice));
  const { cluster, installed, members } = status;
  return [
    ok('cluster', `${cluster}, version ${shortVersion(installed)}, ${members.length} nodes, all heard`),
  ];
}

/** That the key bags are rotated as the policy says. */
export function checkBags({ status, manifest }: ClusterPatient): Finding {
  const bags = listBags(status, manifest);
  const dueAtMs = firstDueAtMs(bags);
  const leftMs = dueAtMs === null ? null : dueAtMs - Date.now();
  if (leftMs !== null && leftMs <= 0)
    return warn('key bags', `due for rotation since ${formatSpan(-leftMs)}`, 'Run: consign bag rotate');
  if (isRotationOpen(bags))
    return warn('key bags', 'a rotation was begun', 'Bring it to its end: consign bag rotate');
  return ok('key bags', leftMs === null ? 'rotated by hand' : `due in ${formatSpan(leftMs)}`);
}

/** That no certificate that clients are shown ends soon. */
export async function checkCertificates({ endpoints, portalDoor }: Patient): Promise<Finding[]> {
  if (endpoints === null) return [];
  const portal = portalDoor === null ? endpoints.portal : `https://${formatHostPort(portalDoor)}`;
  const urls = [portal, endpoints.console, endpoints.delivery].filter((url) => url !== undefined);
  const ends = await Promise.all(urls.map((url) => readCertificateEndMs(new URL(url))));
  const known = ends.filter((endMs) => endMs !== null);
  if (known.length === 0) return [];
  const leftMs = Math.min(...known) - Date.now();
  const advice =
    "One of this installation's own authority is made anew by npm start; give another one with: consign node identity";
  if (leftMs <= 0) return [fail('certificates', 'one has ended', advice)];
  const detail = `the first ends in ${formatSpan(leftMs)}`;
  return [leftMs < certificateWarnMs ? warn('certificates', detail, advice) : ok('certificates', detail)];
}

/** Null when the server does not answer, which another check reports. Whether the certificate is trusted does too. */
function readCertificateEndMs(url: URL): Promise<number | null> {
  return new Promise((resolve) => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const socket = connect({
      host,
      port: Number(url.port || 443),
      rejectUnauthorized: false,
      timeout: probeMs,
    });
    const end = (endMs: number | null): void => {
      socket.destroy();
      resolve(endMs);
    };
    socket.once('secureConnect', () => end(Date.parse(socket.getPeerCertificate().valid_to)));
    socket.once('timeout', () => end(null));
    socket.once('error', () => end(null));
  });
}
