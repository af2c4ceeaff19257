// An FTP node behind a router that translates addresses (nftables, in network namespaces): customers outside and inside
// each hear in PASV of the address at which they reach it, and EPSV works for both. Real curl and lftp, which are told to
// go where PASV says. Needs root.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { ConsignMachine } from '../rig/consign-machine.ts';
import { NetworkMachine, makeNetworkMachines } from '../rig/network-machines.ts';
import { waitFor, type PrintedLogin } from '../rig/running-consign.ts';

const skip = process.getuid?.() === 0 ? false : 'network namespaces need root';
const publicAddress = '203.0.113.1';
const path = 'tool/1.0.0/tool.txt';
const content = 'what was delivered\n';
const reportTimeoutMs = 90_000;

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** The router gets a public address in a network of its own, which stands for the node's, and a customer out there. */
function openOutside(router: NetworkMachine, node: NetworkMachine): NetworkMachine {
  const outside = new NetworkMachine(`${router.namespace}o`, '203.0.113.50');
  ip('netns', 'add', outside.namespace);
  ip(
    '-n',
    router.namespace,
    'link',
    'add',
    'outer',
    'type',
    'veth',
    'peer',
    'name',
    'wire',
    'netns',
    outside.namespace,
  );
  for (const [machine, device, address] of [
    [router, 'outer', publicAddress],
    [outside, 'wire', outside.address],
  ] as const) {
    ip('-n', machine.namespace, 'address', 'add', `${address}/24`, 'dev', device);
    ip('-n', machine.namespace, 'link', 'set', device, 'up');
  }
  ip('-n', node.namespace, 'route', 'add', 'default', 'via', router.address);
  const rules = `table ip nat {
    chain prerouting {
      type nat hook prerouting priority dstnat;
      iifname "outer" ip daddr ${publicAddress} dnat to ${node.address}
    }
  }`;
  const inRouter = ['netns', 'exec', router.namespace];
  ip(...inRouter, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward');
  execFileSync('ip', [...inRouter, 'nft', '-f', '-'], { input: rules });
  return outside;
}

void t.test('behind NAT', { skip, timeout: 800_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'consign-nat-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const [router, machine, inside] = makeNetworkMachines(t, 2);
  if (!machine || !inside) throw new Error('unreachable: two machines were made');
  const outside = openOutside(router, machine);
  t.teardown(() => ip('netns', 'delete', outside.namespace));
  const consign = new ConsignMachine(machine, join(folder, 'state'));
  await consign.start('--empty', '--listen', machine.address);

  const source = join(folder, 'tool.txt');
  await writeFile(source, content);
  await consign.json('account', 'create', 'acme');
  const alice = await consign.json<PrintedLogin>('user', 'create', 'acme', 'alice');
  await consign.json('product', 'create', 'tool');
  await consign.json('publish', 'tool', '1.0.0', source);
  await consign.json('grant', 'acme', 'tool', '--reason', 'contract');
  const configure = (...pairs: string[]) =>
    consign.json('config', 'set', ...pairs, '--publish', '--reason', 'behind NAT');
  await configure('ftp1/ftp/publicHost', publicAddress);
  const staged = await consign.json<{ ftp: { host: string; port: number } }>('stage', 'acme', path);
  t.equal(staged.ftp.host, publicAddress, 'customers are told the public address');

  /** Fetches with curl, which takes PASV's own word for the address; what it was told, and what it got. */
  const fetchWithCurl = async (from: NetworkMachine, host: string, mode: string) => {
    const options = [
      '-sv',
      mode,
      '--no-ftp-skip-pasv-ip',
      '--ssl-reqd',
      '--insecure',
      '--connect-timeout',
      '20',
    ];
    const url = `ftp://${host}:${staged.ftp.port}/${path}`;
    const { stdout, stderr } = await from.run('curl', [
      ...options,
      '-u',
      `${alice.name}:${alice.password}`,
      url,
    ]);
    const told = /^< (?:227 [^(]*\(((?:\d+,){4})|229 [^(]*\(\|\|\|\d+\|)/m.exec(stderr);
    return {
      got: stdout,
      announced: told?.[1]?.slice(0, -1).replaceAll(',', '.') ?? null,
      isTold: told !== null,
    };
  };
  const fetchWithLftp = async (from: NetworkMachine, host: string) => {
    const tls = 'set ssl:verify-certificate no; set ftp:ssl-force true; set ftp:prefer-epsv no';
    const once =
      'set ftp:fix-pasv-address no; set net:timeout 60; set net:max-retries 1; set cmd:fail-exit true';
    const open = `open --env-password -u ${alice.name} ftp://${host}:${staged.ftp.port}; cat ${path}`;
    return from.run('lftp', ['--norc', '-c', `${tls}; ${once}; ${open}`], {
      environment: { LFTP_PASSWORD: alice.password, HOME: folder },
    });
  };
  const pasv = '--disable-epsv';
  const epsv = '--ftp-pasv';

  await t.test('outside, PASV and EPSV lead through the router', async (t) => {
    const asked = await fetchWithCurl(outside, publicAddress, pasv);
    t.same(asked, { got: content, announced: publicAddress, isTold: true });
    t.match(await fetchWithCurl(outside, publicAddress, epsv), {
      got: content,
      announced: null,
      isTold: true,
    });
    const lftp = await fetchWithLftp(outside, publicAddress);
    t.equal(lftp.stdout, content, lftp.stderr);
  });

  await t.test('inside, the public address leads nowhere, and EPSV works', async (t) => {
    t.match(await fetchWithCurl(inside, machine.address, pasv), { got: '', announced: publicAddress });
    t.match(await fetchWithCurl(inside, machine.address, epsv), { got: content, isTold: true });
  });

  await t.test('with an address for their network, PASV works inside, and outside as before', async (t) => {
    const own = { network: '10.77.0.0/24', address: machine.address };
    await configure('ftp1/ftp/publicAddresses', JSON.stringify([own]));
    t.match(await fetchWithCurl(inside, machine.address, pasv), { got: content, announced: machine.address });
    const lftp = await fetchWithLftp(inside, machine.address);
    t.equal(lftp.stdout, content, lftp.stderr);
    t.match(await fetchWithCurl(outside, publicAddress, pasv), { got: content, announced: publicAddress });
    t.match(await fetchWithCurl(inside, machine.address, epsv), { got: content, isTold: true });
  });

  await t.test('the customers are seen with their own addresses', async (t) => {
    let addresses = new Set<string>();
    const areReported = async (): Promise<boolean> => {
      const downloads = await consign.json<{ address: string }[]>('downloads', 'acme');
      addresses = new Set(downloads.map(({ address }) => address));
      return addresses.size >= 2;
    };
    await waitFor('both to be reported', areReported, reportTimeoutMs);
    t.same(addresses, new Set([outside.address, inside.address]));
  });
});
