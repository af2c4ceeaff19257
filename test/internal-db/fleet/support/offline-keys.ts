// The keys that people keep offline, in a test's hands: sets a fleet up over the administration socket, signs packages, and
// composes roots, right ones and others.
import { randomBytes } from 'node:crypto';
import {
  addSignatures,
  makeRoot,
  makeTargets,
  type DescribedTarget,
} from '#commlink/fleet/tuf/make-metadata.ts';
import { describeMetadata, describeRoot, describeTargets } from '#commlink/fleet/tuf/describe-metadata.ts';
import type { RepositoryName } from '#commlink/fleet/tuf/tuf-error.ts';
import { createNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import type { Admin } from '#bin/admin-client.ts';

const actor = 'test:operator';
const lifetimeMs = 100 * 86_400_000;
const onlineRoles = [
  { repository: 'director', role: 'targets' },
  { repository: 'director', role: 'snapshot' },
  { repository: 'director', role: 'timestamp' },
  { repository: 'packages', role: 'snapshot' },
  { repository: 'packages', role: 'timestamp' },
] as const;
type OnlinePlace = (typeof onlineRoles)[number];
const nothing = { directorRoot: null, packagesRoot: null, packagesTargets: null, contentKeys: [] };

/** One root key and one key for packages. */
export class OfflineKeys {
  readonly root: NodeKeys = createNodeKeys();
  readonly packages: NodeKeys = createNodeKeys();
  readonly #admin: Pick<Admin, 'call'>;

  constructor(admin: Pick<Admin, 'call'>) {
    this.#admin = admin;
  }

  /** What is installed. */
  read() {
    return this.#admin.call('fleetMetadata.read', {});
  }

  /** Sets the fleet up, with an empty list of packages. */
  async setUp(): Promise<void> {
    const { keys } = await this.#admin.call('fleetMetadata.makeKeys', { actor, roles: [...onlineRoles] });
    const rootOf = (repository: RepositoryName): string => {
      const of = (role: string) => ({
        keys: keys.filter((key) => key.repository === repository && key.role === role).map(({ key }) => key),
        threshold: 1,
      });
      const offline = (key: NodeKeys) => ({ keys: [key.signing.raw], threshold: 1 });
      const targets = repository === 'packages' ? offline(this.packages) : of('targets');
      const roles = {
        root: offline(this.root),
        targets,
        snapshot: of('snapshot'),
        timestamp: of('timestamp'),
      };
      return this.signRoot({ version: 1, roles });
    };
    const text = this.signTargets([], 1);
    await this.#admin.call('fleetMetadata.install', {
      ...nothing,
      actor,
      directorRoot: rootOf('director'),
      packagesRoot: rootOf('packages'),
      packagesTargets: { text, basedOnVersion: 0 },
    });
  }

  /** Adds packages to the signed list, and hands in new content keys for them; returns these. */
  async addPackages(targets: readonly DescribedTarget[]): Promise<Buffer[]> {
    const { packagesTargets } = await this.read();
    const before = packagesTargets ?? '';
    const { version } = describeMetadata('targets', before);
    const keys = targets.map(() => randomBytes(32));
    const text = this.signTargets([...describeTargets(before), ...targets], version + 1);
    await this.#admin.call('fleetMetadata.install', {
      ...nothing,
      actor,
      packagesTargets: { text, basedOnVersion: version },
      contentKeys: targets.map(({ sha256 }, index) => ({
        sha256,
        key: (keys[index] ?? randomBytes(32)).toString('base64url'),
      })),
    });
    return keys;
  }

  /** Gives a role a new online key, by a new root; `with` other members of the root. */
  async rotate(place: OnlinePlace): Promise<void> {
    const { repository, role } = place;
    const { keys } = await this.#admin.call('fleetMetadata.makeKeys', { actor, roles: [place] });
    const installed = await this.read();
    const old = describeRoot(
      (repository === 'director' ? installed.directorRoot : installed.packagesRoot) ?? '',
    );
    const roles = { ...old.roles, [role]: { keys: keys.map(({ key }) => key), threshold: 1 } };
    await this.install({ [`${repository}Root`]: this.signRoot({ version: old.version + 1, roles }) });
  }

  install(parts: Partial<Omit<Parameters<Admin['call']>[1], 'actor'>>) {
    return this.#admin.call('fleetMetadata.install', { ...nothing, ...parts, actor });
  }

  signRoot(
    root: Omit<Parameters<typeof makeRoot>[0], 'expiresAtMs'> & { readonly expiresAtMs?: number },
    keys: readonly NodeKeys[] = [this.root],
  ): string {
    const text = makeRoot({ expiresAtMs: Date.now() + lifetimeMs, ...root });
    return addSignatures(
      'root',
      text,
      keys.map(({ signing }) => signing.privateKey),
    );
  }

  signTargets(targets: readonly DescribedTarget[], version: number, key: NodeKeys = this.packages): string {
    const expiresAtMs = Date.now() + lifetimeMs;
    return makeTargets(targets, { version, expiresAtMs, keys: [key.signing.privateKey] });
  }
}
