// The vendor of a fleet, on a Consign of the test's own: offline keys, and packages that are built, signed and published with the
// command line. Callers: the end-to-end tests of the fleet.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectUnix } from '#commlink/unix-socket.ts';
import { createLogger } from '#commlink/log.ts';
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import type { ProgramResult } from '../rig/run-program.ts';
import type { RunningConsign } from '../rig/running-consign.ts';

/** What the appliances run. */
export const product = 'gateway';
/** Whose they are. */
export const account = 'acme';
const type = 'box';

/** What a package has in it. */
export interface PackageParts {
  readonly version: string;
  /** The shell script that installs it. */
  readonly script?: string;
  readonly sizeBytes?: number;
  /** Customers and appliances do not see it until it is published. */
  readonly isDraft?: boolean;
  /** Members of consign-package.json, beside those that all have. */
  readonly description?: object;
  /** What the install program may take. */
  readonly timeoutMs?: number;
  readonly memoryMiB?: number;
}

const defaultScript = 'echo "installed $CONSIGN_VERSION"';
const defaultSizeBytes = 100_000;

/** The vendor. */
export class FleetVendor {
  readonly #consign: RunningConsign;
  readonly #folder: string;

  constructor(consign: RunningConsign, folder: string) {
    this.#consign = consign;
    this.#folder = folder;
  }

  /** Keys, the product, the account that may have it, and the type that runs it. */
  async setUp(): Promise<void> {
    const quorum = ['--root', '1/1', '--packages', '1/1', '--no-passphrase'];
    await this.#consign.json('fleet', 'setup', '--keys', this.#keys, ...quorum);
    await this.#consign.json('product', 'create', product);
    await this.#consign.json('account', 'create', account);
    await this.#consign.json('grant', account, product, '--reason', 'contract');
    await this.#consign.json('appliance', 'type', 'create', type, '--products', product);
  }

  /** Codes for appliances at a site, and the digest of the roots that they are to trust. */
  async invite(site: string, count: number): Promise<{ codes: string[]; roots: string }> {
    const wanted = ['--account', account, '--type', type, '--site', site, '--count', String(count)];
    const { codes, roots } = await this.#consign.json<{ codes: { code: string }[]; roots: string }>(
      'appliance',
      'invite',
      ...wanted,
    );
    return { codes: codes.map(({ code }) => code), roots };
  }

  /** Builds, signs and publishes a version; the package's file. */
  async publish(parts: PackageParts): Promise<{ readonly cpk: string }> {
    const { version, script = defaultScript, sizeBytes = defaultSizeBytes, isDraft = false } = parts;
    const { timeoutMs = 20_000, memoryMiB = 64, description = {} } = parts;
    const source = join(this.#folder, `${product}-${version}`);
    await mkdir(source);
    const install = { run: 'install.sh', args: [], timeoutMs, memoryMiB };
    await writeFile(
      join(source, 'consign-package.json'),
      JSON.stringify({ name: 'Gateway', product, version, install, ...description }),
    );
    await writeFile(join(source, 'version.txt'), version);
    await writeFile(join(source, 'install.sh'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    await writeFile(join(source, 'data.bin'), Buffer.alloc(sizeBytes, version));
    const cpk = `${source}.cpk`;
    await this.#consign.json('package', 'build', source, '--out', cpk);
    const how = ['--with', join(this.#keys, 'packages-1.key'), '--keep-original'];
    await this.#consign.json('package', 'sign', cpk, ...how, ...(isDraft ? ['--draft'] : []));
    return { cpk };
  }

  /** Hands internal-db another content key for a package that was signed. */
  async handInOtherKey(cpk: string): Promise<void> {
    const { sha256 = '' } = JSON.parse(await readFile(`${cpk}.key`, 'utf8')) as Record<string, string>;
    const contentKeys = [{ sha256, key: randomBytes(32).toString('base64url') }];
    const admin = await connectUnix({
      path: join(this.#consign.state, 'internal-db', 'admin.sock'),
      peer: { role: 'internal-db', name: 'internal-db', id: 'internal-db' },
      called: adminMethods,
      log: createLogger('vendor', 'silent'),
    });
    const nothingElse = { directorRoot: null, packagesRoot: null, packagesTargets: null };
    try {
      await admin.call('fleetMetadata.install', { actor: 'test', ...nothingElse, contentKeys });
    } finally {
      admin.close();
    }
  }

  /** Signs a package of somebody else's making; how the command ended. */
  sign(cpk: string): Promise<ProgramResult> {
    return this.#consign.run('package', 'sign', cpk, '--with', join(this.#keys, 'packages-1.key'));
  }

  get #keys(): string {
    return join(this.#folder, 'keys');
  }
}
