// An FTP node at a customer's site, behind a router that rewrites its ports (nftables, in network namespaces): it dials out, fetches
// what it is to deliver, and goes on serving its site while the centre is away; what was live there moves to another node meanwhile.
// And an internal-db that nobody dials: it dials out itself. Real curl and real processes. Needs root.
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { ensureAuthority, issueCertificate } from '#deploy/certificates.ts';
import { portBaseDefault } from '#deploy/ports.ts';
import { createHostKeys } from '#deploy/ssh-host-keys.ts';
import { layOutState } from '#deploy/state-directory.ts';
import { ConsignMachine } from '../rig/consign-machine.ts';
import { makeNatSite } from '../rig/nat-site.ts';
import { makeNetworkMachines, type NetworkMachine } from '../rig/network-machines.ts';
import { waitFor } from '../rig/running-consign.ts';

const skip = process.getuid?.() === 0 ? false : 'network namespaces need root';
const path = 'tool/1.0.0/tool.bin';
const content = randomBytes(3_000_000);
const sha256 = createHash('sha256').update(content).digest('hex');
const waitMs = 90_000;
/** Minutes of a real configuration, in seconds; more than a busy machine keeps a node that is there from being heard. */
const moveAfterMs = 15_000;
const internalDbLinkPort = portBaseDefault + 5;

interface Staged {
  readonly id: string;
  readonly url: string;
  readonly login: string;
  readonly password: string;
  readonly ftp: { readonly port: number };
}

void t.test('edge nodes', { skip, timeout: 900_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'consign-edge-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const [outside, centreMachine, router] = makeNetworkMachines(t, 2);
  if (!centreMachine || !router) throw new Error('unreachable: two machines were made');
  const site = makeNatSite(t, router);
  const centre = new ConsignMachine(centreMachine, join(folder, 'centre'));
  const edge = new ConsignMachine(site.edge, join(folder, 'edge'));
  await centre.start('--empty', '--listen', centreMachine.address);
  const configure = (...pairs: string[]) =>
    centre.json('config', 'set', ...pairs, '--publish', '--reason', 'a test');
  const ca = join(centre.state, 'ca.pem');
  /** The digest of what curl gets, or its exit code. */
  const fetchAt = async (machine: NetworkMachine, url: string, more = ''): Promise<string> => {
    const script = `set -o pipefail; curl -fsS ${more} --max-time 60 --cacert '${ca}' '${url}' | sha256sum`;
    const { code, stdout } = await machine.run('bash', ['-c', script]);
    return code === 0 ? stdout.slice(0, 64) : `exit code ${code}`;
  };
  /** The same over FTPS at the edge, with the delivery's login. */
  const fetchFtps = async ({ login, ftp }: Staged, password: string): Promise<string> => {
    const url = `ftp://${site.edge.address}:${ftp.port}/${path}`;
    const curl = `curl -sS --max-time 60 --insecure --ssl-reqd -u '${login}:${password}' '${url}'`;
    const { code, stdout } = await site.customer.run('bash', ['-c', `set -o pipefail; ${curl} | sha256sum`]);
    return code === 0 ? stdout.slice(0, 64) : `exit code ${code}`;
  };
  const nodeOf = async ({ id }: Staged): Promise<string | undefined> => {
    const list = await centre.json<{ id: string; node: string; state: string }[]>('deliveries', 'acme');
    const found = list.find((delivery) => delivery.id === id);
    return found && `${found.node} ${found.state}`;
  };
  const stage = () => centre.json<Staged>('stage', 'acme', path);
  /** Where customers of the site get it, as soon as the edge is linked. */
  const stageAtEdge = async (): Promise<Staged> => {
    let staged = await stage();
    const isThere = async (): Promise<boolean> => {
      if (!staged.url.includes(site.edge.address)) staged = await stage();
      return staged.url.includes(site.edge.address);
    };
    await waitFor('the edge', isThere, waitMs);
    return staged;
  };
  /** The same link, at the centre's node. */
  const atCentre = ({ url }: Staged): string =>
    url.replace(/^https:\/\/[^/]+/, `https://${centreMachine.address}:${portBaseDefault + 2}`);

  /** The link as it is, at the centre's node: as when the DNS leads the edge's name there. */
  const underOldName = ({ url }: Staged): Promise<string> =>
    fetchAt(outside, url, `--connect-to ::${centreMachine.address}:${portBaseDefault + 2}`);

  await t.test('it joins from behind NAT, and fetches what it is to deliver', async (t) => {
    const place = ['--host', site.edge.address, '--listen', site.edge.address, '--behind-nat'];
    await centre.letIn(edge, ['node', 'invite', 'ftp-node', 'edge1', ...place]);
    const places = JSON.stringify({ edge1: { region: 'site', reserved: true } });
    await configure('db1/nodePlaces', places, 'db1/moveDeliveriesAfterMs', String(moveAfterMs));
    const source = join(folder, 'tool.bin');
    await writeFile(source, content);
    await centre.json('account', 'create', 'acme');
    await centre.json('product', 'create', 'tool');
    await centre.json('publish', 'tool', '1.0.0', source, '--keep-original');
    await centre.json('grant', 'acme', 'tool', '--reason', 'contract');
    await centre.json('account', 'place', 'acme', '--region', 'site', '--nodes', 'edge1,ftp1');
    const isServedThere = async (): Promise<boolean> => {
      const staged = await stage();
      return staged.url.includes(site.edge.address) && (await fetchAt(site.customer, staged.url)) === sha256;
    };
    await waitFor('a delivery at the edge', isServedThere, waitMs);
    t.match(await centre.json('account', 'place', 'acme'), { region: 'site', nodes: ['edge1', 'ftp1'] });
  });

  await t.test("the centre's node answers to the edge's name with a certificate of both", async (t) => {
    const staged = await stage();
    t.equal(await underOldName(staged), 'exit code 60', 'the certificate is not for that name');
    const layout = layOutState(centre.state);
    const names = [centreMachine.address, site.edge.address];
    const { certificate, privateKey } = await issueCertificate(await ensureAuthority(layout), names);
    const parts = { certificate, 'private-key': privateKey, 'host-key': createHostKeys()[0] ?? '' };
    const options: string[] = [];
    for (const [name, text] of Object.entries(parts)) {
      await writeFile(join(folder, name), text, { mode: 0o600 });
      options.push(`--${name}`, join(folder, name));
    }
    await centre.json('node', 'identity', 'ftp1', ...options, '--reason', 'Both names');
    // Refused, since the delivery is not there; or served, when the edge was away for a moment, and the delivery has moved.
    const isShown = async (): Promise<boolean> =>
      [sha256, 'exit code 22'].includes(await underOldName(staged));
    await waitFor('an answer under the old name', isShown, waitMs);
  });

  await t.test('internal-db dials out, and nobody can dial it', async (t) => {
    const knock = `exec 3<>/dev/tcp/${centreMachine.address}/${internalDbLinkPort}`;
    t.equal((await outside.run('bash', ['-c', knock])).code, 0, 'the classic way');
    const { address: host } = centreMachine;
    const dial = [{ peer: 'web1', host, port: portBaseDefault + 6, connections: 2 }];
    await configure(
      'web1/links/dial',
      '[]',
      'db1/links/dial',
      JSON.stringify(dial),
      'db1/links/listen',
      'null',
    );
    const isClosed = async (): Promise<boolean> => (await outside.run('bash', ['-c', knock])).code !== 0;
    await waitFor('the listener to be closed', isClosed, waitMs);
    t.equal(await fetchAt(site.customer, (await stage()).url), sha256, 'all works as before');
  });

  await t.test('cut off, it serves its site; the delivery moves, and its link with it', async (t) => {
    const staged = await stageAtEdge();
    t.match(await nodeOf(staged), /^edge1 /);
    t.match(await fetchAt(outside, atCentre(staged)), /^exit code/, 'it is not at the other node');
    site.cutOff();
    t.equal(await fetchAt(site.customer, staged.url), sha256, 'the site goes on');
    // Once the node knows that nobody can be asked.
    const isLetIn = async (): Promise<boolean> => (await fetchFtps(staged, staged.password)) === sha256;
    await waitFor('the login of the delivery', isLetIn, waitMs);
    t.equal(await fetchFtps(staged, 'another'), 'exit code 67', 'curl: login denied');
    await waitFor('the move', async () => (await nodeOf(staged)) === 'ftp1 staged', waitMs);
    t.equal(await fetchAt(outside, atCentre(staged)), sha256, 'the same link, at the other node');
    t.equal(await underOldName(staged), sha256, "and under the lost node's name");
    t.equal(await fetchAt(site.customer, staged.url), sha256, 'and the site still goes on');
    site.join();
    const reported = async (): Promise<boolean> => {
      const list = await centre.json<{ delivery: string; outcome: string }[]>('downloads', 'acme');
      return (
        list.filter(({ delivery, outcome }) => delivery === staged.id && outcome === 'complete').length >= 4
      );
    };
    await waitFor('every download to be known', reported, waitMs);
    t.equal(await fetchAt(site.customer, staged.url), sha256, 'back again, it keeps what it had');
    await centre.json('cancel', staged.id, '--reason', 'a test');
    for (const [machine, url] of [
      [site.customer, staged.url],
      [outside, atCentre(staged)],
    ] as const) {
      const isGone = async (): Promise<boolean> => (await fetchAt(machine, url)).startsWith('exit');
      await waitFor('the end at both', isGone, waitMs);
    }
  });

  await t.test('what is revoked while it is cut off ends there as soon as it is back', async (t) => {
    const staged = await stageAtEdge();
    site.cutOff();
    await centre.json('cancel', staged.id, '--reason', 'a test');
    t.equal(await fetchAt(site.customer, staged.url), sha256, 'it can not know');
    site.join();
    const isGone = async (): Promise<boolean> =>
      (await fetchAt(site.customer, staged.url)).startsWith('exit');
    await waitFor('the end', isGone, waitMs);
    t.match(await centre.json('audit', 'verify'), { intact: true });
  });
});
