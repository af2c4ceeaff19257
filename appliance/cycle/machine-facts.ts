// What the agent tells of its machine: load, memory, disk, and what tells it from another (to find cloned disks). Callers: beats and
// enrolment. `machineRoot` is `/`, but for an agent in a container that is to tell of its host, and for tests.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { BeatMark } from '#commlink/fleet/appliance-message.ts';
import type { MachineState } from '#commlink/fleet/beat.ts';
import type { Hardware } from '#commlink/fleet/enrolment.ts';
import { hardwareAddressesMax } from '#commlink/fleet/limits.ts';

const lineCharactersMax = 200;

/** How the machine does now; the disk is that of the state directory. */
export async function observeMachine(stateFolder: string): Promise<MachineState> {
  const disk = await statfs(stateFolder);
  return {
    loadAverage: os.loadavg()[0] ?? 0,
    memoryFreeBytes: os.freemem(),
    memoryBytes: os.totalmem(),
    diskFreeBytes: disk.bavail * disk.bsize,
    diskBytes: disk.blocks * disk.bsize,
    uptimeSeconds: Math.floor(os.uptime()),
  };
}

/** New at each start of the machine; empty where the kernel does not say. */
export async function readBootId(machineRoot: string): Promise<string> {
  return (await readLine(machineRoot, 'proc/sys/kernel/random/boot_id')) ?? '';
}

/** The newest beat that this machine has sent, as requests name it. */
export async function markOfBeat({
  journal,
  machineRoot,
}: {
  readonly journal: { readonly content: { readonly counter: number } };
  readonly machineRoot: string;
}): Promise<BeatMark> {
  return { counter: journal.content.counter, bootId: await readBootId(machineRoot) };
}

/** What tells this machine from others: its id, its board, and the addresses of its real network interfaces. */
export async function readHardware(machineRoot: string): Promise<Hardware> {
  const machineId = await readLine(machineRoot, 'etc/machine-id');
  const serial = await readLine(machineRoot, 'sys/class/dmi/id/board_serial');
  const model = await readLine(machineRoot, 'sys/class/dmi/id/board_name');
  return { machineId, board: serial ?? model, networkAddresses: await readNetworkAddresses(machineRoot) };
}

/** The digest of it that beats carry. */
export function digestHardware(hardware: Hardware): string {
  const { machineId, board, networkAddresses } = hardware;
  return createHash('sha256').update(JSON.stringify({ machineId, board, networkAddresses })).digest('hex');
}

async function readNetworkAddresses(machineRoot: string): Promise<string[]> {
  const folder = path.join(machineRoot, 'sys/class/net');
  if (!existsSync(folder)) return [];
  const addresses: string[] = [];
  for (const name of (await readdir(folder)).toSorted()) {
    // Bridges, tunnels and containers' ends come and go; what has a device does not.
    if (!existsSync(path.join(folder, name, 'device'))) continue;
    const address = await readLine(folder, `${name}/address`);
    if (address !== null) addresses.push(address);
  }
  return addresses.slice(0, hardwareAddressesMax);
}

async function readLine(folder: string, name: string): Promise<string | null> {
  try {
    const line = (await readFile(path.join(folder, name), 'utf8')).trim().slice(0, lineCharactersMax);
    return line === '' ? null : line;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'EACCES', 'ENOTDIR', 'EINVAL'].includes(code)) return null;
    throw error;
  }
}
