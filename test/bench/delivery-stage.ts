// What the rows of the delivery benchmark work with: our side, the clients, and the other servers, each started when the
// first row asks for it. Caller: delivery-benchmark.ts.
import { DeliveryClients, type Door, type HttpVersion, type SftpDoor } from './delivery-clients.ts';
import type { Contender, ContestPlan } from './delivery-contest.ts';
import { startDelivering, type DeliveringConsign, type DeliverySizes } from './delivery-consign.ts';
import {
  http2PortOffset,
  startNginx,
  startOpenssh,
  startProftpd,
  startVsftpd,
  type Peer,
} from './delivery-peers.ts';
import type { StartPeer } from './delivery-peers.ts';

/** A peer as a contender sees it. */
export interface PeerSide<Reached> {
  readonly name: string;
  readonly pid: number;
  readonly door: Reached;
}

/** The stage. */
export interface DeliveryStage {
  readonly plan: ContestPlan;
  readonly sizes: DeliverySizes;
  readonly clients: DeliveryClients;
  readonly consign: DeliveringConsign;
  /** `pid`: the launcher, and so all of Consign; `nodePid`: the FTP node. */
  readonly ours: {
    readonly pid: number;
    readonly nodePid: number;
    readonly ftp: Door;
    readonly sftp: SftpDoor;
  };
  readonly vsftpd: () => Promise<PeerSide<Door>>;
  readonly proftpd: () => Promise<PeerSide<Door>>;
  readonly openssh: () => Promise<PeerSide<SftpDoor>>;
  readonly nginx: () => Promise<{
    readonly fetching: Contender;
    readonly fetchingBy: (version: HttpVersion) => Contender;
  }>;
}

type Teardown = { readonly teardown: (done: () => Promise<void>) => void };

/** Starts our side; `t` ends everything. */
export async function openStage(
  t: Teardown,
  folder: string,
  { plan, sizes }: { plan: ContestPlan; sizes: DeliverySizes },
): Promise<DeliveryStage> {
  const clients = await DeliveryClients.open(folder);
  const consign = await startDelivering(t, folder, sizes);
  const { served } = consign;
  const { endpoints } = consign.consign;
  const { login: user, password } = consign;
  const once = (start: StartPeer): (() => Promise<Peer>) => {
    let started: Promise<Peer> | null = null;
    return () => (started ??= startPeer(t, start, { folder, served }));
  };
  const [vsftpd, proftpd, nginx, openssh] = [startVsftpd, startProftpd, startNginx, startOpenssh].map(once);
  if (!vsftpd || !proftpd || !nginx || !openssh) throw new Error('A peer is missing.');
  return {
    plan,
    sizes,
    clients,
    consign,
    ours: {
      pid: consign.consign.pid('launcher'),
      nodePid: consign.consign.pid('ftp-node'),
      ftp: { port: endpoints.ftp.port, user, password, caFile: endpoints.caFile },
      sftp: { port: endpoints.sftp.port, user, credential: { password } },
    },
    vsftpd: async () => anonymous(await vsftpd()),
    proftpd: async () => anonymous(await proftpd()),
    openssh: async () => {
      const { name, process, port, file } = await openssh();
      return { name, pid: process.pid, door: { port, user: 'root', credential: { keyFile: file } } };
    },
    nginx: async () => {
      const { name, process, port, file } = await nginx();
      const urlAt = (offset: number): string => `https://localhost:${port + offset}/${consign.large}`;
      return {
        fetching: {
          name: `${name}, HTTPS`,
          pid: process.pid,
          run: () => clients.fetchByHttps(urlAt(0), file),
        },
        fetchingBy: (version) => ({
          name: `${name}, ${version}`,
          pid: process.pid,
          run: () => clients.fetchByHttps(urlAt(http2PortOffset), file, version),
        }),
      };
    },
  };
}

async function startPeer(t: Teardown, start: StartPeer, place: Parameters<StartPeer>[0]): Promise<Peer> {
  const peer = await start(place);
  t.teardown(() => peer.process.stop());
  return peer;
}

function anonymous({ name, process, port, file }: Peer): PeerSide<Door> {
  return { name, pid: process.pid, door: { port, user: 'ftp', password: 'benchmark', caFile: file } };
}
