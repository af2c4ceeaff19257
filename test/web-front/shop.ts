// A vendor with some products, releases with notes, licence agreements and one customer, in a real database: what the
// pages of products are looked at with. Called by the tests of the portal's pages.
import { plainGrant } from '../internal-db/support/running-room.ts';
import type { PortalWithDatabase } from './portal-with-database.ts';

const actor = 'test:operator';
const day = 86_400_000;
/** Who signs in. */
export const shopCustomer = { username: 'jo', password: 'correct horse battery' };
const platforms = ['linux-x64', 'linux-arm64', 'windows-x64', 'macos-arm64'] as const;
const endings = {
  'linux-x64': 'linux-x64.tar.gz',
  'linux-arm64': 'linux-arm64.tar.gz',
  'windows-x64': 'windows-x64.msi',
  'macos-arm64': 'macos-arm64.pkg',
};
const notes = `## Highlights

- **Live dashboards** refresh without a reload.
- Certificates from \`/etc/gateway/tls\` are taken over while it runs.
- See the [upgrade guide](https://docs.example/upgrade) before you go on from 1.x.

<script>alert("never")</script> ![picture](https://evil.example/x.png) [bad](javascript:alert(1))

### Fixed

1. A restart no longer drops *idle* connections.
2. Time zones east of UTC+12 are shown as they are.
`;

/** Publishes a release with a file for each platform. */
export async function publishRelease(
  { admin }: Pick<PortalWithDatabase, 'admin'>,
  path: string,
  channel = 'stable',
) {
  const [product = '', version = ''] = path.split('/');
  const file = { sha256: 'ab'.repeat(32), mediaType: 'application/octet-stream' };
  const files = platforms.map((platform, index) => ({
    ...file,
    name: `${product}-${version}-${endings[platform]}`,
    sizeBytes: 48_234_112 + index * 1_300_000,
    platform,
  }));
  await admin.call('release.publish', { actor, product, version, channel, draft: false, files });
}

/** Opens the shop. */
export async function openShop(portal: PortalWithDatabase): Promise<void> {
  const { admin, services } = portal;
  const nowMs = services.context.clock.nowMs();
  await admin.call('account.create', { actor, name: 'acme', displayName: 'Acme Industries Ltd' });
  const { username: name, password } = shopCustomer;
  await admin.call('user.create', { actor, account: 'acme', name, displayName: 'Jo Fielding', password });
  const products = [
    ['gateway', 'Gateway', 'Lets branch offices reach the plant network, and nobody else.'],
    ['historian', 'Plant Historian', 'Keeps every reading of every sensor for thirty years.'],
    ['viewer', 'Drawing Viewer', ''],
  ] as const;
  for (const [product, title, description] of products) {
    await admin.call('product.create', { actor, name: product, title, description });
  }
  const versions = ['1.8.4', '1.9.0', '2.0.0', '2.0.1', '2.1.0', '2.2.0', '2.3.0', '2.4.0'];
  for (const version of [...versions, '2.4.1', '2.4.2', '2.5.0', '2.5.1', '2.6.0', '2.7.0']) {
    await publishRelease(portal, `gateway/${version}`);
  }
  await publishRelease(portal, 'gateway/3.0.0-beta.2', 'beta');
  await publishRelease(portal, 'historian/5.1.0');
  await admin.call('release.setNotes', { actor, product: 'gateway', version: '2.7.0', notes });
  await admin.call('release.setNotes', { actor, product: 'gateway', version: '3.0.0-beta.2', notes });
  const text =
    '# Terms of use\n\nThis software is licensed, not sold.\n\n1. You may install it on your own machines.\n2. You may not sell it on.';
  await admin.call('licence.add', {
    actor,
    name: 'historian-terms',
    version: '2026-11',
    title: 'Historian terms of use',
    text,
    inForceAtMs: null,
  });
  const grant = { ...plainGrant, account: 'acme' };
  await admin.call('entitlement.grant', { ...grant, product: 'gateway', notAfterMs: nowMs + 21 * day });
  await admin.call('entitlement.grant', {
    ...grant,
    product: 'historian',
    licenceAgreement: 'historian-terms',
  });
  await admin.call('entitlement.grant', { ...grant, product: 'viewer' });
}
