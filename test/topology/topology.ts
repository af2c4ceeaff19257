// The network of docs/network.md on one machine: five zones and the wall between them, each machine with a systemd of its
// own, the rules of deploy/nftables/ in each. What is then installed there, the runbook says. Callers: the tests of the
// topology, and `npm run topology`.
// Each machine has an address of IPv6 too, so that it shows whether anything passes there.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { places, zones, type Place, type PlaceOrWall } from './places.ts';
import { SystemdMachine, repository } from './systemd-machine.ts';
import { cardOf, wireNetworks } from './wire-networks.ts';

const memoryBytes = '6g';
/** Each machine's systemd and dbus watch files by six instances of inotify(7); 128 is a kernel's usual limit for all of root's. */
const inotifyInstances = { file: '/proc/sys/fs/inotify/max_user_instances', needed: 1024 };

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

  /** From now on no more than this reaches the machine, in tc(8)'s words: `16mbit`. Another rate takes its place. */
  slowDown(place: Place, rate: string): void {
    const card = ['dev', cardOf(place), 'root', 'tbf', 'rate', rate, 'burst', '64kb', 'latency', '400ms'];
    execFileSync('ip', ['netns', 'exec', this.at('wall').namespace, 'tc', 'qdisc', 'replace', ...card]);
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
    for (const place of wanted) {
      const { address } = places[place];
      this.#machines.set(place, new SystemdMachine({ name: place, address, hosts, program }, this.#folder));
    }
    wireNetworks((place) => this.at(place).namespace, wanted);
  }
}

/** A machine that gets no instance waits for it without an end. The limit stays raised: other topologies may be up. */
function raiseInotifyLimit(): void {
  const { file, needed } = inotifyInstances;
  if (Number(readFileSync(file, 'utf8')) < needed) writeFileSync(file, String(needed));
}
