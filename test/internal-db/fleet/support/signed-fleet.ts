// A fleet that is set up in a running room as operators do it, with offline keys of the test's own, and appliances that enrol and beat
// as agents do: over a web-front, with their own keys. Packages are signed without bytes: no node is asked for any.
import { randomBytes } from 'node:crypto';
import {
  beginMessage,
  beginRequest,
  signApplianceMessage,
  type ApplianceRequestBase,
} from '#commlink/fleet/appliance-message.ts';
import type { Beat } from '#commlink/fleet/beat.ts';
import { signEnrolment, readEnrolmentReply, type Hardware } from '#commlink/fleet/enrolment.ts';
import { packageMediaType } from '#commlink/fleet/fleet-names.ts';
import { createNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import type { Admin } from '#bin/admin-client.ts';
import { OfflineKeys } from './offline-keys.ts';

const actor = 'test:operator';

/** A package that is signed. */
export interface SignedPackage {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** The people who sign offline, and publish. */
export class SignedFleet {
  readonly offline: OfflineKeys;
  readonly #admin: Pick<Admin, 'call'>;

  constructor(admin: Pick<Admin, 'call'>) {
    this.#admin = admin;
    this.offline = new OfflineKeys(admin);
  }

  /** Installs the first roots. */
  setUp(): Promise<void> {
    return this.offline.setUp();
  }

  /** Publishes a release of one package, and signs that. */
  async publish(product: string, version: string): Promise<SignedPackage> {
    const file = {
      name: `${product}.cpk`,
      sizeBytes: 1000,
      sha256: randomBytes(32).toString('hex'),
      platform: null,
    };
    const release = { actor, product, version, channel: 'stable', draft: false };
    await this.#admin.call('release.publish', {
      ...release,
      files: [{ ...file, mediaType: packageMediaType }],
    });
    const signed = { path: `${product}/${version}/${file.name}`, sizeBytes: 1000, sha256: file.sha256 };
    await this.offline.addPackages([signed]);
    return signed;
  }
}

/** A machine with an agent on its disk. `copy` makes another machine with the same disk. */
export class TestAppliance {
  readonly keys: NodeKeys;
  uid = '';
  /** What it trusts. */
  directorRoot = '';
  counter = 0;
  bootId = randomBytes(8).toString('hex');
  hardware: Hardware = { machineId: randomBytes(8).toString('hex'), board: null, networkAddresses: [] };
  installed: Beat['installed'] = [];
  catalog: Beat['catalog'] = null;

  constructor(keys = createNodeKeys()) {
    this.keys = keys;
  }

  /** The message that redeems a code. */
  enrolment(code: string): string {
    const nonce = randomBytes(16).toString('base64url');
    const about = { sentAtMs: Date.now(), nonce, name: null, agentVersion: '1.0.0', hardware: this.hardware };
    return signEnrolment({ code, ...about }, this.keys);
  }

  /** Takes the answer to it. */
  take(reply: string): ReturnType<typeof readEnrolmentReply> {
    const read = readEnrolmentReply(reply);
    Object.assign(this, { uid: read.uid, directorRoot: read.directorRoot });
    return read;
  }

  /** The next beat. */
  beat(otherwise: Partial<Beat> = {}): Beat {
    this.counter += 1;
    return {
      ...beginMessage(this.uid, Date.now()),
      cause: 'cycle',
      bootId: this.bootId,
      counter: this.counter,
      agentVersion: '1.0.0',
      clockOffsetMs: 0,
      machine: {
        loadAverage: 0.25,
        memoryFreeBytes: 1e9,
        memoryBytes: 4e9,
        diskFreeBytes: 8e9,
        diskBytes: 32e9,
        uptimeSeconds: 60,
      },
      hardware: 'ab'.repeat(32),
      catalog: this.catalog,
      installed: this.installed,
      files: [],
      results: [],
      plugins: [],
      problems: [],
      waiting: [],
      downloads: { bytes: 0, resumed: 0, source: null },
      ...otherwise,
    };
  }

  /** A request that comes after its newest beat. */
  request(): ApplianceRequestBase {
    return beginRequest(this.uid, Date.now(), this);
  }

  /** A signed message. */
  sign(kind: 'beat' | 'catalog-request' | 'sources-request' | 'ping-request', body: object): string {
    return signApplianceMessage(kind, body, this.keys.signing.privateKey);
  }

  /** Another machine with a copy of the disk. */
  copy(): TestAppliance {
    const copy = new TestAppliance(this.keys);
    Object.assign(copy, { uid: this.uid, directorRoot: this.directorRoot });
    copy.counter = this.counter;
    copy.installed = this.installed;
    return copy;
  }
}
