// The stage for escape attempts: a whole jailed Consign with a customer, another account with a file that is none of its
// business, and everything that root may leave in its directory. Callers: the tests of escape attempts.
import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { startConsign, type RunningConsign } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { watchForEscapes } from './escape-watch.ts';
import { hostilePaths } from './hostile-paths.ts';
import { plantEntries } from './planted-entries.ts';
import { assertDelivers, openVendor, vendorAccount, vendorTarget } from './small-vendor.ts';

const otherFile = 'rival/hidden/1.0.0/hidden.bin';

/** Builds it for the test `t`. */
export async function prepareEscapes(t: Test) {
  const consign = await startConsign(t);
  // What is planted has to stay for the length of the test: the reconciler would remove it.
  await consign.configure('ftp1/reconcileIntervalMs', '3600000');
  const vendor = await openVendor(t, consign);
  const accounts = join(consign.state, 'ftp-node', 'accounts');
  const marker = randomBytes(16).toString('hex');
  const hidden = Buffer.from(`${marker}\n`.repeat(50));
  const markerFile = join(consign.state, 'marker.txt');
  writeFileSync(markerFile, hidden, { mode: 0o600 });
  await stageForRival(t, consign, hidden);
  const staged = await consign.json<{ login: string; password: string; url: string }>(
    'stage',
    vendorAccount,
    vendorTarget,
  );
  const digest = createHash('sha256').update(hidden).digest('hex');
  const artifactFile = join(consign.state, 'ftp-node', 'storeroom', digest);
  const hostFiles = ['/etc/passwd', '/etc/hostname', markerFile, artifactFile, join(accounts, otherFile)];
  const planted = await plantEntries(t, join(accounts, vendorAccount), {
    otherAccountFile: otherFile,
    artifactFile,
    marker: markerFile,
  });
  const sessionServer = consign.pid('session-server-1');
  return {
    consign,
    vendor,
    staged,
    /** A file outside, and what is in it. */
    artifactFile,
    hidden,
    /** All that is tried, as latin1 text of one character a byte. */
    paths: [...hostilePaths({ otherAccountFile: otherFile, hostFiles }), ...planted.paths],
    ...watchForEscapes({ marker, stateDirectory: consign.state }),
    /** Asserts that the attempts met what they were meant for, broke nothing, and that customers are served. */
    assertUnharmed: async (t_: Test): Promise<void> => {
      planted.assertThere();
      t_.equal(consign.pid('session-server-1'), sessionServer, 'the session server has not died');
      await assertDelivers(t_, consign, vendor);
    },
  };
}

async function stageForRival(t: Test, consign: RunningConsign, hidden: Buffer): Promise<void> {
  const file = join(temporaryFolder(t), 'hidden.bin');
  writeFileSync(file, hidden);
  await consign.json('account', 'create', 'rival');
  await consign.json('product', 'create', 'hidden');
  await consign.json('publish', 'hidden', '1.0.0', file);
  await consign.json('grant', 'rival', 'hidden', '--reason', 'contract');
  await consign.json('stage', 'rival', 'hidden/1.0.0/hidden.bin');
}
