// A vendor as one would see it in its first week: a product with some releases, customers, downloads. Called by main.ts, for
// the pictures. Files are sparse: they have a size, and nothing in them.
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../rig/run-program.ts';
import type { PrintedLogin, RunningConsign } from '../rig/running-consign.ts';

const megabyte = 1_000_000;
const product = 'tideline';
const platforms = [
  { platform: 'linux-x64', ending: 'linux-x64.tar.gz', sizeBytes: 48.2 * megabyte },
  { platform: 'windows-x64', ending: 'windows-x64.msi', sizeBytes: 52.7 * megabyte },
  { platform: 'macos-arm64', ending: 'macos-arm64.pkg', sizeBytes: 45.9 * megabyte },
];
const releases = [
  { version: '4.0.2', channel: 'stable' },
  { version: '4.1.0', channel: 'stable' },
  { version: '4.2.0', channel: 'stable' },
  { version: '5.0.0-beta.1', channel: 'beta' },
];
const customers = [
  { name: 'analytical', title: 'Analytical Engines Ltd' },
  { name: 'harbour', title: 'Harbour & Sons' },
  { name: 'northlight', title: 'Northlight Observatory' },
];

/** The file whose download is shown. */
export const shownFile = { product, version: '4.2.0', name: 'tideline-4.2.0-linux-x64.tar.gz' };
/** The customer that is shown, and the login of one of its people. */
export const shownAccount = 'analytical';

/** Publishes, makes customers and grants; returns the login of the one who is shown. */
export async function furnish(consign: RunningConsign): Promise<PrintedLogin> {
  const folder = await mkdtemp(join(tmpdir(), 'consign-pictures-'));
  try {
    await consign.json(
      'product',
      'create',
      product,
      '--title',
      'Tideline',
      '--description',
      'Tide and swell, measured.',
    );
    for (const release of releases) await publish(consign, folder, release);
    for (const { name, title } of customers) {
      await consign.json('account', 'create', name, '--title', title);
      await consign.json('grant', name, product, '--until', '365d', '--reason', 'Order 2026-118');
    }
    const person = [shownAccount, 'ada', '--title', 'Ada Lovelace'];
    const { password } = await consign.json<{ password: string }>('user', 'create', ...person);
    return { name: 'ada', password };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function publish(
  consign: RunningConsign,
  folder: string,
  { version, channel }: (typeof releases)[number],
): Promise<void> {
  for (const { platform, ending, sizeBytes } of platforms) {
    const path = join(folder, `tideline-${version}-${ending}`);
    const file = await open(path, 'w');
    await file.truncate(sizeBytes);
    await file.write(version);
    await file.close();
    await consign.json('publish', product, version, path, '--channel', channel, '--platform', platform);
    await rm(path);
  }
}

/** Fetches a file over HTTPS as fast as `rate` says, as curl writes it (`20M`). Ends when the file is there, or fails. */
export async function fetchWith(consign: RunningConsign, url: string, rate: string): Promise<void> {
  const options = ['--silent', '--fail', '--cacert', consign.endpoints.caFile, '--limit-rate', rate];
  const { code, stderr } = await runProgram('curl', [...options, '--output', '/dev/null', url]);
  if (code !== 0) throw new Error(`curl ended with ${code}: ${stderr}`);
}
