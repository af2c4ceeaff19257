// The network of docs/network.md on one machine: five zones and the wall between them, each machine with a systemd of its
// own, the rules of deploy/nftables/ in each. What is then installed there, the runbook says. Callers: the tests of the
// topology, and `npm run topology`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemdMachine, ip } from './systemd-machine.ts';

const memoryBytes = '6g';

/** The machines, as docs/network.md and docs/runbook.md call them; the wall is between the others. */
export const places = {
  customer: { zone: 'outside', address: '198.51.100.10', gateway: '198.51.100.1' },
  'web-front': { zone: 'web', address: '203.0.113.11', gateway: '203.0.113.1' },
  'ftp-node': { zone: 'ftp', address: '203.0.113.139', gateway: '203.0.113.129' },
  'internal-db': { zone: 'inside', address: '10.30.0.10', gateway: '10.30.0.1' },
  administration: { zone: 'staff', address: '10.40.0.5', gateway: '10.40.0.1' },
} as const;
/** A machine's place. */
export type Place = keyof typeof places;
/** The wall, or a machine. */
export type PlaceOrWall = Place | 'wall';

/** Where the authority of certificates is, out on the internet. */
export const acmeName = 'acme.example';
/** The other names of the machines. */
const names: Readonly<Record<Place, string>> = {
  customer: acmeName,
  'web-front': 'web1 portal.example',
  'ftp-node': 'ftp1 files.example',
  'internal-db': 'db1',
  administration: 'admin1',
};
/** The two DMZs share a network of 256 addresses. */
const prefixLength = (place: Place): number => (place === 'web-front' || place === 'ftp-node' ? 25 : 24);

/** All machines, up. */
export class Topology {
  readonly #folder: string;
  readonly #machines = new Map<PlaceOrWall, SystemdMachine>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the networks and boots everything. Throws after taking away what there was. */
  static async up(): Promise<Topology> {
    const folder = mkdtempSync(join(tmpdir(), 'consign-topology-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${memoryBytes},mode=0755`, 'tmpfs', folder]);
    const topology = new Topology(folder);
    try {
      topology.#connect();
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

  #connect(): void {
    const named = (Object.keys(places) as Place[]).map(
      (place) => `${places[place].address} ${place} ${names[place]}\n`,
    );
    const hosts = ['127.0.0.1 localhost\n', `${places.administration.gateway} wall\n`, ...named].join('');
    const wall = new SystemdMachine(
      { name: 'wall', address: places.administration.gateway, hosts },
      this.#folder,
    );
    this.#machines.set('wall', wall);
    for (const place of Object.keys(places) as Place[]) {
      const { zone, address, gateway } = places[place];
      const machine = new SystemdMachine({ name: place, address, hosts }, this.#folder);
      this.#machines.set(place, machine);
      const peer = ['peer', 'name', 'wire', 'netns', machine.namespace];
      ip('-n', wall.namespace, 'link', 'add', zone, 'type', 'veth', ...peer);
      for (const [at, device, own] of [
        [wall, zone, gateway],
        [machine, 'wire', address],
      ] as const) {
        ip('-n', at.namespace, 'address', 'add', `${own}/${prefixLength(place)}`, 'dev', device);
        ip('-n', at.namespace, 'link', 'set', device, 'up');
      }
      ip('-n', machine.namespace, 'route', 'add', 'default', 'via', gateway);
    }
    execFileSync('ip', ['netns', 'exec', wall.namespace, 'sysctl', '-qw', 'net.ipv4.ip_forward=1']);
  }
}
