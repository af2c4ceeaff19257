// The catalog's part of the stand-in for internal-db: products and releases as the test has put them, nothing to accept,
// and one owner who sees them all.
import type { SessionOwner } from '#commlink/methods/session-owner.ts';
import type { Handlers } from '#commlink/method-table.ts';
import type { OwnLicence, ProductStanding, catalogMethods } from '#commlink/methods/catalog-methods.ts';
import type { CatalogFile } from '#commlink/methods/fields.ts';

/** A release of the stand-in. */
export interface FakeRelease {
  readonly version: string;
  readonly channel: string;
  readonly publishedAtMs: number;
  readonly files: CatalogFile[];
}

/** A product of the stand-in, its newest release first. */
export interface FakeProduct {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly releases: FakeRelease[];
}

/** Answers for a session that there is; for others that there is none. */
export type FakeLive = <R extends object>(
  session: string,
  result: () => R,
) => (R & { valid: true }) | { valid: false };

const fakeLicence: OwnLicence = {
  name: 'terms',
  version: '1',
  title: 'Terms of use',
  inForceAtMs: 0,
  state: 'needed',
  acceptedAtMs: null,
};
const open = { standing: 'open' as ProductStanding, endsAtMs: null, licence: null };
const digests = { signature: 'no signature', signer: 'test namespaces="file" ssh-ed25519 AAAA' };

/** The handlers; `catalog` is asked at each call. */
export function fakeCatalogHandlers(
  live: FakeLive,
  { catalog, owner }: { catalog: () => readonly FakeProduct[]; owner: (session: string) => SessionOwner },
): Handlers<typeof catalogMethods> {
  const find = (name: string) => catalog().find((product) => product.name === name);
  const release = (name: string, version: string) =>
    find(name)?.releases.find((one) => one.version === version);
  return {
    'catalog.home': async ({ session }) =>
      live(session, () => ({
        lastVisitAtMs: 1,
        news: [{ product: 'gateway', productTitle: 'Gateway', version: '2.1.0', channel: 'stable', atMs: 2 }],
        ending: [{ product: 'gateway', productTitle: 'Gateway', notAfterMs: 3 }],
        licences: [],
      })),
    'catalog.products': async ({ session }) =>
      live(session, () => ({ owner: owner(session), products: catalog().map(summarize), next: null })),
    'catalog.product': async ({ session, product }) =>
      live(session, () => {
        const found = find(product);
        if (!found) return { found: false as const };
        const [newest] = found.releases;
        const channels = [...new Set(found.releases.map(({ channel }) => channel))];
        const releases = found.releases.map(withoutFiles);
        const shown = newest ? fullRelease(newest) : null;
        return {
          found: true as const,
          owner: owner(session),
          product: detail(found),
          channels,
          newest: shown,
          releases,
          next: null,
        };
      }),
    'catalog.release': async ({ session, product, version }) =>
      live(session, () => {
        const [of, found] = [find(product), release(product, version)];
        if (!of || !found) return { found: false as const };
        const shown = { product: detail(of), release: fullRelease(found) };
        return { found: true as const, owner: owner(session), ...shown };
      }),
    'catalog.sums': async ({ session, product, version }) =>
      live(session, () => {
        const found = release(product, version);
        if (!found) return { found: false as const };
        const sums = found.files.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('');
        return { found: true as const, sums, ...digests };
      }),
    'catalog.search': async ({ session }) => live(session, () => ({ matches: [] })),
    'entitlement.listOwn': async ({ session }) => live(session, () => ({ entitlements: [], next: null })),
    'licence.listOwn': async ({ session }) => live(session, () => ({ licences: [fakeLicence] })),
    'licence.read': async ({ session, name }) =>
      live(session, () =>
        name === 'terms'
          ? { found: true as const, licence: fakeLicence, text: '# Terms' }
          : { found: false as const },
      ),
    'licence.accept': async ({ session }) => live(session, () => ({ accepted: true as const })),
  };
}

function summarize(product: FakeProduct) {
  const [newest] = product.releases;
  const { name, title, description } = product;
  return { name, title, description, ...open, newest: newest ? withoutFiles(newest) : null };
}

function detail({ name, title, description }: FakeProduct) {
  return { name, title, description, ...open, platformOrder: [] };
}

function withoutFiles({ version, channel, publishedAtMs }: FakeRelease) {
  return { version, channel, publishedAtMs, licence: null };
}

function fullRelease(release: FakeRelease) {
  return { ...withoutFiles(release), notes: '', files: release.files };
}
