// Connects the network namespaces of the machines as docs/network.md has it: each zone is a bridge at the wall, each machine a card of it.
// Callers: the topology, and the test of its firewalls alone.
import { execFileSync } from 'node:child_process';
import { ip } from '../rig/network-machines.ts';
import { allPlaces, places, zones, type Place, type PlaceOrWall } from './places.ts';

/** The wall's card that a machine is connected to. */
export function cardOf(place: Place): string {
  return `port${allPlaces.indexOf(place)}`;
}

/** Connects the namespaces of the wall and of these machines, which exist; each gets its addresses and routes. */
export function wireNetworks(namespaceOf: (place: PlaceOrWall) => string, wanted: readonly Place[]): void {
  const wall = namespaceOf('wall');
  for (const [zone, { gateway, prefixLength, gateway6 }] of Object.entries(zones)) {
    ip('-n', wall, 'link', 'add', zone, 'type', 'bridge');
    giveAddresses(wall, zone, [`${gateway}/${prefixLength}`, `${gateway6}/64`]);
  }
  for (const place of wanted) {
    const { zone, address, address6 } = places[place];
    const { gateway, prefixLength, gateway6 } = zones[zone];
    const namespace = namespaceOf(place);
    const port = cardOf(place);
    ip('-n', wall, 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'wire', 'netns', namespace);
    ip('-n', wall, 'link', 'set', port, 'master', zone, 'up');
    giveAddresses(namespace, 'wire', [`${address}/${prefixLength}`, `${address6}/64`]);
    ip('-n', namespace, 'route', 'add', 'default', 'via', gateway);
    ip('-n', namespace, '-6', 'route', 'add', 'default', 'via', gateway6);
  }
  // What two machines of one zone say to each other goes by a switch, which has no firewall; br_netfilter may not be there.
  const settings = [
    'net.ipv4.ip_forward=1',
    'net.ipv6.conf.all.forwarding=1',
    'net.bridge.bridge-nf-call-iptables=0',
    'net.bridge.bridge-nf-call-ip6tables=0',
  ];
  execFileSync('ip', ['netns', 'exec', wall, 'sysctl', '-q', '-e', '-w', ...settings]);
}

/** Gives a card its addresses, without the wait for a duplicate of IPv6's, and switches it on. */
function giveAddresses(namespace: string, device: string, addresses: readonly string[]): void {
  for (const address of addresses) {
    const flags = address.includes(':') ? ['nodad'] : [];
    ip('-n', namespace, 'address', 'add', address, 'dev', device, ...flags);
  }
  ip('-n', namespace, 'link', 'set', device, 'up');
}
