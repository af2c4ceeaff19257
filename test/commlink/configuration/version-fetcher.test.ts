// What a node asks the others for when one of them announces versions without end. The network is faked.
import t from 'tap';
import type { Commlink } from '#commlink/commlink.ts';
import { decodeBlock } from '#commlink/configuration/blocks/block.ts';
import { BlockShelf } from '#commlink/configuration/block-shelf.ts';
import { ConfigurationStore } from '#commlink/configuration/configuration-store.ts';
import { planOf } from '#commlink/configuration/protocol/plan.ts';
import { initialState } from '#commlink/configuration/protocol/protocol-state.ts';
import { VersionFetcher } from '#commlink/configuration/version-fetcher.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { recordingLog } from '../two-nodes.ts';
import { idOf, makeCluster } from './composed-cluster.ts';

t.test('a node that announces many versions at once has few of them fetched, the others not', async (t) => {
  const { genesis } = await makeCluster();
  const { signed, sections, manifest, version } = genesis;
  const [db, web, ftp] = ['db1', 'web1', 'ftp1'].map((name) => idOf(genesis, name)) as [
    string,
    string,
    string,
  ];
  const waiting: (() => void)[] = [];
  const links = {
    linked: () => [{ id: web }, { id: ftp }],
    call: () =>
      new Promise((_resolve, reject) => {
        waiting.push(() => reject(new RpcError('not_found', 'Made up.')));
      }),
  };
  const fetcher = new VersionFetcher({
    shelf: new BlockShelf(
      new ConfigurationStore('/nowhere'),
      decodeBlock({ manifest: signed, sections: [...sections] }),
    ),
    log: recordingLog().log,
    links: () => links as unknown as Commlink,
    core: () => initialState(db, planOf(manifest, version)),
    obtained: () => {},
    refuse: () => {},
  });
  const digest = 'A'.repeat(43);
  const announce = (from: string, count: number): Promise<void>[] =>
    Array.from({ length: count }, (_, index) => fetcher.obtain({ seq: 2 + index, digest }, from));
  const ended = announce(ftp, 100);
  t.equal(waiting.length, 4);
  ended.push(fetcher.obtain({ seq: 200, digest }, web));
  t.equal(waiting.length, 5, 'another node is listened to');
  while (waiting.length > 0) {
    for (const reject of waiting.splice(0)) reject();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(ended);
  void fetcher.obtain({ seq: 300, digest }, ftp);
  t.equal(waiting.length, 1, 'and the first one again, once it has been asked');
  fetcher.close();
});
