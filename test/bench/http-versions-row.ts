// The row of HTTP/2 beside HTTP/1.1: one large file over both, from nginx and from a server with our own read loop. Ours has no
// HTTP/2; this is why, or why no more. Caller: delivery-rows.ts.
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { issueCertificate } from '../rig/issued-certificate.ts';
import { plainCommand } from '../rig/plain-process.ts';
import type { HttpVersion } from './delivery-clients.ts';
import { takeTurns, type Contender } from './delivery-contest.ts';
import { reportBytes, type Report } from './delivery-figures.ts';
import type { DeliveryStage } from './delivery-stage.ts';

const program = join(import.meta.dirname, 'http-versions-server.ts');

/** Reports HTTP/2 as ours and HTTP/1.1 as the peer, of each server. */
export async function measureHttpVersions(stage: DeliveryStage, report: Report): Promise<void> {
  const nginx = await stage.nginx();
  await measure({ stage, report, server: 'nginx' }, nginx.fetchingBy);
  const loop = await startLoop(stage);
  try {
    await measure({ stage, report, server: 'our read loop' }, loop.fetchingBy);
  } finally {
    await loop.stop();
  }
}

async function measure(
  { stage, report, server }: { stage: DeliveryStage; report: Report; server: string },
  fetchingBy: (version: HttpVersion) => Contender,
): Promise<void> {
  const turns = await takeTurns(stage.plan, [fetchingBy('http2'), fetchingBy('http1.1')]);
  reportBytes({ report, what: `HTTP/2, 1 stream, ${server}`, bytes: stage.sizes.largeBytes }, turns);
}

async function startLoop({ clients, consign }: DeliveryStage) {
  const { certificate, privateKey } = await issueCertificate('localhost');
  const [certificateFile, keyFile] = ['loop.crt', 'loop.key'].map((name) => join(consign.served, '..', name));
  if (certificateFile === undefined || keyFile === undefined) throw new Error('unreachable');
  await writeFile(certificateFile, certificate);
  await writeFile(keyFile, privateKey, { mode: 0o600 });
  const args = [program, certificateFile, keyFile, join(consign.served, consign.large)];
  const child = spawn(...plainCommand(process.execPath, args), { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  const url = `https://localhost:${port.trim()}/`;
  return {
    fetchingBy: (version: HttpVersion): Contender => ({
      name: `our read loop, ${version}`,
      pid: child.pid ?? 0,
      run: () => clients.fetchByHttps(url, certificateFile, version),
    }),
    stop: async (): Promise<void> => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}
