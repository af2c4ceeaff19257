// A customer's site behind a router that rewrites addresses and ports (nftables): two machines that reach the networks outside and are
// reached by nobody there. The site can be cut off and joined again. Callers: the tests of edge nodes. Needs root.
import { execFileSync } from 'node:child_process';
import type { Test } from 'tap';
import { NetworkMachine } from './network-machines.ts';

const network = '192.168.77';

/** The site. */
export interface NatSite {
  readonly edge: NetworkMachine;
  readonly customer: NetworkMachine;
  /** Nothing passes the router any more, in either direction. */
  cutOff(): void;
  /** It does again. */
  join(): void;
}

function ip(args: readonly string[], input?: string): void {
  execFileSync('ip', args, { input, stdio: ['pipe', 'ignore', 'inherit'] });
}

/** Puts the site behind `router`, whose device `wire` leads outside. */
export function makeNatSite(t: Test, router: NetworkMachine): NatSite {
  const edge = new NetworkMachine(`${router.namespace}e`, `${network}.2`);
  const customer = new NetworkMachine(`${router.namespace}c`, `${network}.3`);
  const machines = [edge, customer];
  const inRouter = (args: readonly string[], input?: string): void =>
    ip(['netns', 'exec', router.namespace, ...args], input);
  t.teardown(() => {
    for (const machine of machines) {
      machine.killEverything();
      ip(['netns', 'delete', machine.namespace]);
    }
  });
  ip(['-n', router.namespace, 'link', 'add', 'site', 'type', 'bridge']);
  ip(['-n', router.namespace, 'address', 'add', `${network}.1/24`, 'dev', 'site']);
  ip(['-n', router.namespace, 'link', 'set', 'site', 'up']);
  for (const [index, { namespace, address }] of machines.entries()) {
    const port = `site${index}`;
    ip(['netns', 'add', namespace]);
    ip(['-n', namespace, 'link', 'set', 'lo', 'up']);
    const peer = ['peer', 'name', 'wire', 'netns', namespace];
    ip(['-n', router.namespace, 'link', 'add', port, 'type', 'veth', ...peer]);
    ip(['-n', router.namespace, 'link', 'set', port, 'master', 'site', 'up']);
    ip(['-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'wire']);
    ip(['-n', namespace, 'link', 'set', 'wire', 'up']);
    ip(['-n', namespace, 'route', 'add', 'default', 'via', `${network}.1`]);
  }
  inRouter(['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);
  inRouter(['nft', '-f', '-'], translation);
  return {
    edge,
    customer,
    cutOff: () => {
      inRouter(['nft', 'add rule ip site forward iifname wire drop']);
      inRouter(['nft', 'add rule ip site forward oifname wire drop']);
    },
    join: () => inRouter(['nft', 'flush chain ip site forward']),
  };
}

/** Ports are chosen anew for each connection, as many a router does. */
const translation = `table ip site {
  chain postrouting {
    type nat hook postrouting priority srcnat;
    oifname "wire" masquerade random
  }
  chain forward {
    type filter hook forward priority filter;
  }
}`;
