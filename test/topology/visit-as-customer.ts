// A customer's whole way on the customer's machine: signs in, asks for the file of the runbook, and fetches it over HTTPS, FTP
// with TLS and SFTP, with curl and OpenSSH as the delivery's page tells. Called by the tests of the topology.
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import type { Topology } from './topology.ts';

const node = '/opt/consign/node_modules/.bin/node';
const authority = '/etc/pebble/root.pem';

interface Delivery {
  readonly login: string;
  readonly password: string;
  readonly path: string;
  readonly urls: { readonly https: string; readonly ftp: string };
}

/** What was fetched, by protocol, and the password that the customer typed. */
export interface Visit {
  readonly password: string;
  readonly fetched: Readonly<Record<'https' | 'ftps' | 'sftp', string>>;
}

/** The password that the runbook's first customer was given. */
export function passwordOfAlice(topology: Topology): string {
  const printed = readFileSync(join(topology.at('internal-db').root, 'root/alice.txt'), 'utf8');
  return /password +(\S+)/.exec(printed)?.[1] ?? '';
}

/** Visits. Throws with what a program said when it fails. */
export async function visitAsCustomer(topology: Topology, file = 'tool/1.0.0/tool.txt'): Promise<Visit> {
  const customer = topology.at('customer');
  const password = passwordOfAlice(topology);
  const args = ['https://portal.example', ...file.split('/')];
  const script = '/opt/consign/test/topology/customer-visit.ts';
  const asked = await customer.run(
    'env',
    [`NODE_EXTRA_CA_CERTS=${authority}`, node, script, ...args],
    JSON.stringify({ username: 'alice', password }),
  );
  if (asked.code !== 0) throw new Error(`The portal: ${asked.stderr}`);
  const delivery = JSON.parse(asked.stdout) as Delivery;
  const { login, urls } = delivery;
  const { hostname } = new URL(urls.https);
  const https = await customer.shell(`curl -fsS --cacert ${authority} '${urls.https}'`);
  const ftps = await customer.shell(
    `curl -fsS --ssl-reqd --cacert ${authority} --user '${login}:${delivery.password}' '${urls.ftp}'`,
  );
  const sftp = await customer.shell(`cd "$(mktemp -d)"
echo 'echo ${delivery.password}' > ask && chmod 700 ask && sed -i '1i#!/bin/sh' ask
SSH_ASKPASS=$PWD/ask SSH_ASKPASS_REQUIRE=force sftp -q -P 2222 -o StrictHostKeyChecking=accept-new \\
  ${login}@${hostname}:/${delivery.path} got >/dev/null
cat got`);
  return { password, fetched: { https, ftps, sftp } };
}
