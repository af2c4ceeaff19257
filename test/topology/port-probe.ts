// Tries every TCP and UDP port of one machine from another, over IPv4 or IPv6, and sees what passed all firewalls on the way,
// whether somebody listens there or not: the target counts what arrives, in a chain of nftables behind its own rules. Called by
// the tests of the firewalls.
import { pairOf } from './network-table.ts';
import type { ProgramResult } from '../rig/run-program.ts';
import type { PlaceOrWall } from './places.ts';

/** A machine that tries, or is tried. */
export interface ProbedMachine {
  readonly name: string;
  /** Runs a program there to its end. */
  run(command: string, args?: readonly string[], input?: string): Promise<ProgramResult>;
}

/** Begins a connection to each port and sends it a datagram. A firewall of the sender's own may refuse (EPERM). */
const sender = `
import errno, json, socket, sys
address = sys.argv[1]
ports = json.loads(sys.argv[2])
family = socket.AF_INET6 if ':' in address else socket.AF_INET
udp = socket.socket(family, socket.SOCK_DGRAM)
for port in ports or range(1, 65536):
    tcp = socket.socket(family, socket.SOCK_STREAM)
    tcp.setblocking(False)
    code = tcp.connect_ex((address, port))
    if code not in (0, errno.EINPROGRESS, errno.EPERM, errno.ECONNREFUSED): sys.exit(f'{port}: {code}')
    tcp.close()
    try: udp.sendto(b'x', (address, port))
    except PermissionError: pass
    except ConnectionRefusedError: pass
`;
/** Begins anew where it was counted before. */
const counter = `table inet arrivals
delete table inet arrivals
table inet arrivals {
  set tcp_ports { type ipv4_addr . inet_service; size 400000; flags dynamic; }
  set udp_ports { type ipv4_addr . inet_service; size 400000; flags dynamic; }
  set tcp6_ports { type ipv6_addr . inet_service; size 400000; flags dynamic; }
  set udp6_ports { type ipv6_addr . inet_service; size 400000; flags dynamic; }
  chain behind_the_rules {
    type filter hook input priority filter + 10; policy accept;
    iif lo accept
    tcp flags & (syn | ack) == syn add @tcp_ports { ip saddr . tcp dport }
    meta l4proto udp add @udp_ports { ip saddr . udp dport }
    tcp flags & (syn | ack) == syn add @tcp6_ports { ip6 saddr . tcp dport }
    meta l4proto udp add @udp6_ports { ip6 saddr . udp dport }
  }
}`;

/** Begins to count what arrives, from nothing. */
export async function countArrivals(machine: ProbedMachine): Promise<void> {
  const { code, stderr } = await machine.run('nft', ['-f', '-'], counter);
  if (code !== 0) throw new Error(stderr);
}

/** Tries all ports of an address, or these. */
export async function tryPorts(
  from: ProbedMachine,
  address: string,
  ports: readonly number[] = [],
): Promise<void> {
  const { code, stderr } = await from.run('python3', ['-', address, JSON.stringify(ports)], sender);
  if (code !== 0) throw new Error(`${from.name} to ${address}: ${stderr}`);
}

interface NftSet {
  readonly set?: { readonly elem?: readonly { readonly concat: readonly [string, number] }[] };
}

/** What arrived at a machine since countArrivals: by the machine that it came from, each port as `tcp 443`, or `tcp6 443`. */
export async function readArrivals(
  to: PlaceOrWall,
  machine: ProbedMachine,
  placeOfAddress: (address: string) => PlaceOrWall,
): Promise<Map<string, Set<string>>> {
  const arrived = new Map<string, Set<string>>();
  for (const protocol of ['tcp', 'udp', 'tcp6', 'udp6']) {
    const { stdout } = await machine.run('nft', [
      '-j',
      'list',
      'set',
      'inet',
      'arrivals',
      `${protocol}_ports`,
    ]);
    const { nftables } = JSON.parse(stdout) as { nftables: NftSet[] };
    for (const { concat } of nftables.flatMap(({ set }) => set?.elem ?? [])) {
      const [address, port] = concat;
      const pair = pairOf(placeOfAddress(address), to);
      arrived.set(pair, (arrived.get(pair) ?? new Set()).add(`${protocol} ${port}`));
    }
  }
  return arrived;
}
