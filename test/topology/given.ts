// What the runbook takes for granted: ssh from the operators' desk to the other machines, and on the internet an authority
// that issues certificates by ACME (pebble, Let's Encrypt's own test server) and that the machines trust. Called by whoever
// brings the topology up.
import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../rig/running-consign.ts';
import { acmeName, places, type PlaceOrWall } from './places.ts';
import type { Topology } from './topology.ts';

const startTimeoutMs = 90_000;
const managementPort = 15_000;
const authorities = '/etc/ssl/certs/ca-certificates.crt';
/** The machines that nobody reaches by ssh. */
const people: readonly PlaceOrWall[] = ['customer', 'administration'];
/** Those whose certificates come from the authority. */
const isCertified = (place: PlaceOrWall): boolean => /^(?:web-front|ftp-node|balancer)/.test(place);

/** Sets it up. */
export async function prepareMachines(topology: Topology): Promise<void> {
  await openSsh(topology);
  await startAuthority(topology);
}

async function openSsh(topology: Topology): Promise<void> {
  const desk = topology.at('administration');
  await desk.shell("ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519");
  const key = readFileSync(join(desk.root, 'root/.ssh/id_ed25519.pub'), 'utf8');
  const reached = topology.names.filter((place) => !people.includes(place));
  await Promise.all(
    reached.map(async (place) => {
      const machine = topology.at(place);
      mkdirSync(join(machine.root, 'root/.ssh'), { recursive: true, mode: 0o700 });
      writeFileSync(join(machine.root, 'root/.ssh/authorized_keys'), key, { mode: 0o600 });
      await machine.shell('ssh-keygen -A >/dev/null; mkdir -p /run/sshd; systemctl start ssh');
    }),
  );
  writeFileSync(join(desk.root, 'root/.ssh/config'), 'StrictHostKeyChecking accept-new\nLogLevel ERROR\n');
}

/** The authority; certbot is told of it as an operator with an authority of its own would. */
async function startAuthority(topology: Topology): Promise<void> {
  const internet = topology.at('customer');
  const folder = join(internet.root, 'etc/pebble');
  mkdirSync(folder);
  const request = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${acmeName}`];
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'certificate.pem')];
  execFileSync('openssl', ['req', ...request, ...files], { stdio: 'ignore' });
  const pebble = {
    listenAddress: '0.0.0.0:443',
    managementListenAddress: `127.0.0.1:${managementPort}`,
    certificate: '/etc/pebble/certificate.pem',
    privateKey: '/etc/pebble/key.pem',
    httpPort: 80,
    tlsPort: 443,
  };
  writeFileSync(join(folder, 'pebble.json'), JSON.stringify({ pebble }));
  await internet.shell(
    'systemd-run --quiet --unit=pebble --setenv=PEBBLE_VA_NOSLEEP=1 --setenv=PEBBLE_WFE_NONCEREJECT=0 pebble -config /etc/pebble/pebble.json',
  );
  for (const place of topology.names.filter(isCertified)) {
    const { root } = topology.at(place);
    mkdirSync(join(root, 'etc/letsencrypt'), { recursive: true });
    const text = `server = https://${acmeName}/dir\nno-verify-ssl = true\n`;
    writeFileSync(join(root, 'etc/letsencrypt/cli.ini'), text);
  }
  const fetchRoot = `curl -fsSk https://127.0.0.1:${managementPort}/roots/0 -o /etc/pebble/root.pem`;
  const isUp = async (): Promise<boolean> => (await internet.run('sh', ['-c', fetchRoot])).code === 0;
  await waitFor(`pebble at ${places.customer.address}`, isUp, startTimeoutMs);
  const root = readFileSync(join(folder, 'root.pem'));
  for (const place of topology.names.filter(isCertified))
    appendFileSync(topology.at(place).root + authorities, root);
}
