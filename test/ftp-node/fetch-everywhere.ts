// One file over each protocol, with curl. Callers: tests that want to see that a whole node serves.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { StagingGrant } from '#commlink/methods/documents.ts';
import type { RunningNode } from './running-node.ts';

const run = promisify(execFile);

/** From now on `alice` may log in to the account `acme` with this password, and nobody else anywhere. */
export function acceptLogin(node: RunningNode, password: string): void {
  node.decisions.login = (attempt) =>
    attempt.username === 'alice' &&
    attempt.credential.kind === 'password' &&
    attempt.credential.password === password
      ? { allowed: true, account: 'acme', principal: 'user:alice', expiresAtMs: Date.now() + 3_600_000 }
      : { allowed: false, reason: 'credentials' };
}

/** Fetches with curl over each protocol; the arguments hold the password, as a customer's would. */
export async function fetchEverywhere(
  node: RunningNode,
  grant: StagingGrant,
  password: string,
): Promise<Buffer[]> {
  const path = `${grant.product}/${grant.version}/${grant.file}`;
  const login = ['-u', `alice:${password}`];
  const output: { encoding: 'buffer'; maxBuffer: number } = { encoding: 'buffer', maxBuffer: 100_000_000 };
  const { ftp, sftp } = node.ports;
  const calls = [
    ['--cacert', node.caFile, node.linkFor(grant)],
    ['--ssl-reqd', '--cacert', node.caFile, ...login, `ftp://localhost:${ftp}/${path}`],
    ['--insecure', ...login, `sftp://localhost:${sftp}/${path}`],
  ];
  const fetched: Buffer[] = [];
  for (const call of calls) fetched.push((await run('curl', ['-sSf', ...call], output)).stdout);
  return fetched;
}
