// The network of docs/network.md on one machine: five zones and the wall between them, each machine with a systemd of its
// own, the rules of deploy/nftables/ in each. What is then installed there, the runbook says. Callers: the tests of the
// topology, and `npm run topology`.
// Each machine has an address of IPv6 too, so that it shows whether anything passes there.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemdMachine, ip, repository } from './systemd-machine.ts';

const memoryBytes = '6g';
/** Each machine's systemd and dbus watch files by six instances of inotify(7); 128 is a kernel's usual limit for all of root's. */
const inotifyInstances = { file: '/proc/sys/fs/inotify/max_user_instances', needed: 1024 };

/** The zones, each a bridge of the wall's with the wall's address in it. The two DMZs share a network of 256 addresses. */
const zones = {
  outside: { gateway: '198.51.100.1', prefixLength: 24, gateway6: 'fd00:1::1' },
  web: { gateway: '203.0.113.1', prefixLength: 25, gateway6: 'fd00:2::1' },
  ftp: { gateway: '203.0.113.129', prefixLength: 25, gateway6: 'fd00:3::1' },
  inside: { gateway: '10.30.0.1', prefixLength: 24, gateway6: 'fd00:4::1' },
  staff: { gateway: '10.40.0.1', prefixLength: 24, gateway6: 'fd00:5::1' },
} as const;
type Zone = keyof typeof zones;

/** Where the authority of certificates is, out on the internet. */
export const acmeName = 'acme.example';

/** The machines, as docs/network.md and docs/runbook.md call them; the wall is between the others. */
export const places = {
  customer: { zone: 'outside', address: '198.51.100.10', address6: 'fd00:1::10', names: acmeName },
  'web-front': { zone: 'web', address: '203.0.113.11', address6: 'fd00:2::11', names: 'web1 portal.example' },
  'ftp-node': { zone: 'ftp', address: '203.0.113.139', address6: 'fd00:3::139', names: 'ftp1 files.example' },
  'internal-db': { zone: 'inside', address: '10.30.0.10', address6: 'fd00:4::10', names: 'db1' },
  administration: { zone: 'staff', address: '10.40.0.5', address6: 'fd00:5::5', names: 'admin1' },
  balancer: { zone: 'web', address: '203.0.113.10', address6: 'fd00:2::10', names: 'balancer1' },
  'web-front-2': { zone: 'web', address: '203.0.113.12', address6: 'fd00:2::12', names: 'web2' },
  'ftp-node-2': {
    zone: 'ftp',
    address: '203.0.113.140',
    address6: 'fd00:3::140',
    names: 'ftp2 files2.example',
  },
  'internal-db-2': { zone: 'inside', address: '10.30.0.11', address6: 'fd00:4::11', names: 'db2' },
} as const satisfies Record<string, { zone: Zone; address: string; address6: string; names: string }>;
/** A machine's place. */
export type Place = keyof typeof places;
/** The wall, or a machine. */
export type PlaceOrWall = Place | 'wall';
/** One machine of each kind, as the runbook's first chapters need them. */
export const oneOfEach = ['customer', 'web-front', 'ftp-node', 'internal-db', 'administration'] as const;
/** All of them. */
export const allPlaces = Object.keys(places) as readonly Place[];

/** Where one machine reaches another, by IPv4 or IPv6; the wall, at its address in the machine's zone. */
export function addressFrom(from: PlaceOrWall, to: PlaceOrWall, family: 4 | 6): string {
  if (to !== 'wall') return family === 4 ? places[to].address : places[to].address6;
  if (from === 'wall') throw new Error('The wall reaches itself by its loopback address.');
  const { gateway, gateway6 } = zones[places[from].zone];
  return family === 4 ? gateway : gateway6;
}

/** Whose address it is. */
export function placeOfAddress(address: string): PlaceOrWall {
  const ofWall = Object.values(zones).flatMap(({ gateway, gateway6 }): string[] => [gateway, gateway6]);
  if (ofWall.includes(address)) return 'wall';
  const found = allPlaces.find((place) =>
    [places[place].address, places[place].address6].some((own) => own === address),
  );
  if (found === undefined) throw new Error(`Nobody has the address ${address}.`);
  return found;
}

/** All machines, up. */
export class Topology {
  readonly #folder: string;
  readonly #machines = new Map<PlaceOrWall, SystemdMachine>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Makes the networks and boots these machines and the wall, with the Consign in the folder `program`. Throws after taking away
   * what there was.
   */
  static async up(wanted: readonly Place[], program = repository): Promise<Topology> {
    const folder = mkdtempSync(join(tmpdir(), 'consign-topology-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${memoryBytes},mode=0755`, 'tmpfs', folder]);
    const topology = new Topology(folder);
    try {
      raiseInotifyLimit();
      topology.#connect(wanted, program);
      await Promise.all([...topology.#machines.values()].map((machine) => machine.boot()));
      return topology;
    } catch (error) {
      await topology.down();
      throw error;
    }
  }

  /** The machine at a place. */
  at(place: PlaceOrWall): SystemdMachine {
    const machine = this.#machines.get(place);
    if (machine === undefined) throw new Error(`There is no machine ${place}.`);
    return machine;
  }

  /** Ends and removes everything. */
  async down(): Promise<void> {
    await Promise.all([...this.#machines.values()].map((machine) => machine.remove()));
    execFileSync('umount', [this.#folder]);
    rmSync(this.#folder, { recursive: true });
  }

  /** The machines that are there. */
  get names(): PlaceOrWall[] {
    return [...this.#machines.keys()];
  }

  /** From now on no more than this reaches the machine, in tc(8)'s words: `16mbit`. */
  slowDown(place: Place, rate: string): void {
    const card = ['dev', cardOf(place), 'root', 'tbf', 'rate', rate, 'burst', '64kb', 'latency', '400ms'];
    execFileSync('ip', ['netns', 'exec', this.at('wall').namespace, 'tc', 'qdisc', 'add', ...card]);
  }

  /** What DNS would be asked to do: `name` leads to another machine from now on. */
  moveName(name: string, to: Place): void {
    for (const { root } of this.#machines.values()) {
      const file = join(root, 'etc', 'hosts');
      const lines = readFileSync(file, 'utf8')
        .split('\n')
        .map((line) => line.replace(` ${name}`, ''));
      writeFileSync(file, [`${places[to].address} ${name}`, ...lines].join('\n'));
    }
  }

  #connect(wanted: readonly Place[], program: string): void {
    const wallAddress = zones.staff.gateway;
    const named = wanted.map((place) => `${places[place].address} ${place} ${places[place].names}\n`);
    const hosts = ['127.0.0.1 localhost\n', `${wallAddress} wall\n`, ...named].join('');
    const wall = new SystemdMachine({ name: 'wall', address: wallAddress, hosts, program }, this.#folder);
    this.#machines.set('wall', wall);
    for (const [zone, { gateway, prefixLength, gateway6 }] of Object.entries(zones)) {
      ip('-n', wall.namespace, 'link', 'add', zone, 'type', 'bridge');
      giveAddresses(wall, zone, [`${gateway}/${prefixLength}`, `${gateway6}/64`]);
    }
    for (const place of wanted) {
      const { zone, address, address6 } = places[place];
      const { gateway, prefixLength, gateway6 } = zones[zone];
      const machine = new SystemdMachine({ name: place, address, hosts, program }, this.#folder);
      this.#machines.set(place, machine);
      const port = cardOf(place);
      const peer = ['peer', 'name', 'wire', 'netns', machine.namespace];
      ip('-n', wall.namespace, 'link', 'add', port, 'type', 'veth', ...peer);
      ip('-n', wall.namespace, 'link', 'set', port, 'master', zone, 'up');
      giveAddresses(machine, 'wire', [`${address}/${prefixLength}`, `${address6}/64`]);
      ip('-n', machine.namespace, 'route', 'add', 'default', 'via', gateway);
      ip('-n', machine.namespace, '-6', 'route', 'add', 'default', 'via', gateway6);
    }
    // What two machines of one zone say to each other goes by a switch, which has no firewall; br_netfilter may not be there.
    const settings = [
      'net.ipv4.ip_forward=1',
      'net.ipv6.conf.all.forwarding=1',
      'net.bridge.bridge-nf-call-iptables=0',
      'net.bridge.bridge-nf-call-ip6tables=0',
    ];
    execFileSync('ip', ['netns', 'exec', wall.namespace, 'sysctl', '-q', '-e', '-w', ...settings]);
  }
}

/** The wall's card that a machine is connected to. */
function cardOf(place: Place): string {
  return `port${allPlaces.indexOf(place)}`;
}

/** Gives a card its addresses, without the wait for a duplicate of IPv6's, and switches it on. */
function giveAddresses(machine: SystemdMachine, device: string, addresses: readonly string[]): void {
  for (const address of addresses) {
    const flags = address.includes(':') ? ['nodad'] : [];
    ip('-n', machine.namespace, 'address', 'add', address, 'dev', device, ...flags);
  }
  ip('-n', machine.namespace, 'link', 'set', device, 'up');
}

/** A machine that gets no instance waits for it without an end. The limit stays raised: other topologies may be up. */
function raiseInotifyLimit(): void {
  const { file, needed } = inotifyInstances;
  if (Number(readFileSync(file, 'utf8')) < needed) writeFileSync(file, String(needed));
}
