// The checks of `consign doctor` on what runs: the programs, their ports, their links, the storeroom, the audit log.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { formatHostPort } from '#commlink/host-port.ts';
import { IngestClient } from '../http/ingest-client.ts';
import { probeHttps } from '../http/portal-probe.ts';
import { probeMs } from '../limits.ts';
import { formatBytes } from '../text.ts';
import { elsewhere, fail, hasProgram, ok, seeLogs, warn, type Finding, type Patient } from './check.ts';

const startAdvice = 'Start it with npm start or, where systemd runs it, systemctl start consign-ROLE.';
const shutAdvice =
  'Look whether this machine is banned (consign bans list), or the node drains (consign status).';

/** That all of this machine is up, and internal-db answers. */
export function checkRunning({ admin, endpoints, layout }: Patient): Finding {
  const isComplete = admin !== null || !hasProgram(layout, 'internal-db');
  if (isComplete && endpoints !== null) return ok('running', Object.keys(endpoints.pids).join(', '));
  if (admin !== null) return warn('running', 'not everything is up', seeLogs(layout));
  return fail('running', 'Consign is not running', startAdvice);
}

/** HTTPS of portal, console and delivery, with certificates that this installation's authority vouches for. */
export async function checkHttps({ endpoints, layout, portalDoor }: Patient): Promise<Finding[]> {
  if (endpoints === null) return [];
  // A machine with a certificate of a public authority alone has none of this installation's own.
  const authority = existsSync(layout.caFile) ? readFileSync(layout.caFile, 'utf8') : null;
  const { portal, console: console_, delivery } = endpoints;
  return Promise.all(
    Object.entries({ portal, console: console_, delivery }).map(async ([name, url]) => {
      if (url === undefined) return elsewhere(name);
      try {
        const status = await probeHttps(url, authority, name === 'portal' ? portalDoor : null);
        if (status < 500) return ok(name, `${url} answers (${status})`);
        return fail(name, `${url} answers ${status}`, seeLogs(layout));
      } catch (error) {
        return fail(name, `${url}: ${describeError(error)}`, seeLogs(layout));
      }
    }),
  );
}

/** The FTP and SFTP ports greet. */
export async function checkPorts({ endpoints, layout }: Patient): Promise<Finding[]> {
  if (endpoints === null) return [];
  const expected = { ftp: /^220[ -]/, sftp: /^SSH-2\.0-/ };
  return Promise.all(
    (['ftp', 'sftp'] as const).map(async (protocol) => {
      const place = endpoints[protocol];
      if (place === undefined) return elsewhere(protocol);
      const { host, port } = place;
      const where = formatHostPort(place);
      try {
        const greeting = await readGreeting(host, port);
        if (expected[protocol].test(greeting)) return ok(protocol, `${where} greets`);
        if (/^421[ -]/.test(greeting)) return warn(protocol, `${where}: ${greeting.trim()}`, shutAdvice);
        return fail(protocol, `another program has ${where}`, 'Choose other ports with CONSIGN_PORT_BASE.');
      } catch (error) {
        return fail(protocol, `${where}: ${describeError(error)}`, seeLogs(layout));
      }
    }),
  );
}

/** The links between the programs, the database, and what waits for nodes that are away. */
export async function checkLinks({ admin }: Patient): Promise<Finding[]> {
  if (admin === null) return [];
  const { links, nodes, database, pendingOrders } = await admin.call('status', {});
  const down = links.filter(({ connections }) => connections === 0).map(({ peer }) => peer);
  const seeLogs = 'Look at the logs of both ends; restart with npm start.';
  return [
    down.length > 0
      ? fail('links', `down: ${down.join(', ')}`, seeLogs)
      : ok('links', links.map(({ peer, connections }) => `${peer} × ${connections}`).join(', ')),
    nodes.length > 0
      ? ok('nodes', nodes.map(({ name, via }) => `${name} via ${via}`).join(', '))
      : fail('nodes', 'no FTP node is linked: nothing can be staged', seeLogs),
    database.integrity.endsWith('ok')
      ? ok('database', `${database.engine}, ${formatBytes(database.sizeBytes)}`)
      : fail('database', database.integrity, 'Stop Consign and restore the database from a backup.'),
    pendingOrders === 0
      ? ok('orders', 'none waiting')
      : warn('orders', `${pendingOrders} wait for nodes that are away`, 'Bring those nodes back.'),
  ];
}

/** The storeroom answers on its ingest socket. */
export async function checkStoreroom({ admin, layout }: Patient): Promise<Finding[]> {
  if (admin === null) return [];
  if (!hasProgram(layout, 'ftp-node')) return [elsewhere('storeroom')];
  const client = new IngestClient(layout);
  try {
    const { artifactCount, totalBytes } = await client.describe();
    return [ok('storeroom', `${artifactCount} artifacts, ${formatBytes(totalBytes)}`)];
  } catch (error) {
    return [fail('storeroom', describeError(error), `See ${layout.logDirectory}.`)];
  } finally {
    await client.close();
  }
}

/**
 * Every published file is in the storeroom, with its size, or can be fetched; `consign storeroom verify` reads the digests.
 */
export async function checkArtifacts({ admin, layout }: Patient): Promise<Finding[]> {
  if (admin === null || !hasProgram(layout, 'ftp-node')) return [];
  const lost: string[] = [];
  let fileCount = 0;
  for (const { name: product, releases } of (await admin.call('product.list', {})).products) {
    for (const { version, state } of releases) {
      if (state === 'withdrawn') continue;
      const { files } = await admin.call('release.files', { product, version });
      fileCount += files.length;
      for (const { name, sha256, sizeBytes, isKept } of files) {
        const stats = statSync(join(layout.storeroomDirectory, sha256), { throwIfNoEntry: false });
        if (stats === undefined && isKept) continue;
        if (stats?.size !== sizeBytes) lost.push(`${product} ${version} ${name}`);
      }
    }
  }
  const [first] = lost;
  if (first === undefined)
    return [ok('artifacts', `${fileCount} published files, all in the storeroom or kept by internal-db`)];
  const more = lost.length > 1 ? `, and ${lost.length - 1} more` : '';
  const advice = `Put the same bytes back: consign publish ${first}`;
  return [fail('artifacts', `not in the storeroom, or damaged: ${first}${more}`, advice)];
}

/** The audit log's chain. */
export async function checkAudit({ admin }: Patient): Promise<Finding[]> {
  if (admin === null) return [];
  const { intact, entryCount, explanation } = await admin.call('audit.verify', {});
  if (intact) return [ok('audit log', `${entryCount} entries, intact`)];
  return [
    fail('audit log', explanation, 'Somebody changed it: keep the database as it is, and find out who.'),
  ];
}

function readGreeting(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    socket.setTimeout(probeMs, () => socket.destroy(new Error(`no greeting in ${probeMs / 1000} s`)));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString('latin1'));
    });
    socket.once('error', reject);
    socket.once('end', () => reject(new Error('it closed the connection')));
  });
}

function describeError(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return message || code || String(error);
}
