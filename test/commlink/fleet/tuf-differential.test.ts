// The same repository, right and attacked at random, for our update and for tuf-js: both must accept the same and refuse the same,
// and trust the same texts afterwards. tuf-js fetches from a real HTTP server, from the state in which ours is.
import t from 'tap';
import { createServer } from 'node:http';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { Updater } from 'tuf-js';
import type { RepositoryBundle } from '#commlink/fleet/catalog-bundle.ts';
import { RepositoryUpdate } from '#commlink/fleet/tuf/repository-update.ts';
import { TufError } from '#commlink/fleet/tuf/tuf-error.ts';
import type { TrustedRepository } from '#commlink/fleet/tuf/trusted-state.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { Random } from '../../rig/random.ts';
import { packageTarget, TestRepository } from './two-repositories.ts';

const seed = 7;
const stepCount = 150;
const roles = ['timestamp', 'snapshot', 'targets'] as const;
type Role = (typeof roles)[number];

/** A repository that is right, or wrong in one place, at each step. */
class AttackedRepository {
  readonly repository = new TestRepository(null, { targets: 2 });
  readonly #random: Random;
  #version = 10;
  #last: RepositoryBundle | null = null;
  /** Roots that the last step made and that are not the repository's. */
  #badRoot = false;

  constructor(random: Random) {
    this.#random = random;
  }

  /** What is done, and what is served then. */
  step(): { what: string; served: RepositoryBundle } {
    if (this.#badRoot) this.repository.roots.pop();
    this.#badRoot = false;
    this.#version += 2;
    const random = this.#random;
    const role = random.pick(roles);
    const what = random.pick([
      'right',
      'right',
      'rotated',
      'stranger',
      'ended',
      'back',
      'mixed',
      'tampered',
      'root',
    ]);
    switch (what) {
      case 'rotated': {
        // Both, as 5.3.11 forgets for either what tuf-js forgets for the rotated one alone.
        const rotated = random.pick<readonly ('root' | Role)[]>([
          ['root'],
          ['targets'],
          ['timestamp', 'snapshot'],
        ]);
        this.repository.rotate(...rotated);
        return { what: `rotated ${rotated.join(' ')}`, served: this.#made({}) };
      }
      case 'stranger':
        return {
          what: `${what} ${role}`,
          served: this.#made({ [role]: { keys: [createNodeKeys().signing.privateKey] } }),
        };
      case 'ended':
        return {
          what: `${what} ${role}`,
          served: this.#made({ [role]: { expiresAtMs: Date.now() - 1000 } }),
        };
      case 'back':
        return { what: `${what} ${role}`, served: this.#made({ [role]: { version: this.#version - 5 } }) };
      case 'mixed': {
        const served = this.#made({});
        return { what: `${what} ${role}`, served: { ...served, [role]: this.#last?.[role] ?? served[role] } };
      }
      case 'tampered': {
        const served = this.#made({});
        return { what: `${what} ${role}`, served: { ...served, [role]: this.#flip(served[role]) } };
      }
      case 'root':
        return { what: this.#attackRoot(), served: this.#made({}) };
      default:
        this.#last = this.#made({});
        return { what, served: this.#last };
    }
  }

  #made(otherwise: Partial<Record<Role, object>>): RepositoryBundle {
    const version = this.#version;
    const { repository } = this;
    const targets = repository.targets([packageTarget], { version, ...otherwise.targets });
    const snapshot = repository.snapshot(targets, { version, ...otherwise.snapshot });
    const timestamp = repository.timestamp(snapshot, { version, ...otherwise.timestamp });
    return { roots: repository.roots, timestamp, snapshot, targets };
  }

  #attackRoot(): string {
    const what = this.#random.pick(['stranger', 'one key', 'skipped', 'ended']);
    const { repository } = this;
    this.#badRoot = true;
    const version = repository.roots.length + (what === 'skipped' ? 2 : 1);
    const [first] = repository.keys.root;
    const signedBy =
      what === 'stranger' ? [createNodeKeys()] : what === 'one key' && first ? [first] : repository.keys.root;
    repository.addRoot({
      version,
      signedBy,
      ...(what === 'ended' ? { expiresAtMs: Date.now() - 1000 } : {}),
    });
    // An ended root was rightly signed: it stays.
    if (what === 'ended') {
      this.#badRoot = false;
      return 'root ended';
    }
    return `root ${what}`;
  }

  /** Another digit somewhere in a signature or digest. */
  #flip(text: string): string {
    const at = this.#random.between(0, text.length - 1);
    const digit = text.slice(at).search(/[0-9]/);
    if (digit < 0) return `${text} `;
    const place = at + digit;
    return text.slice(0, place) + String((Number(text[place]) + 1) % 10) + text.slice(place + 1);
  }
}

/** Ours: what is trusted afterwards, and why it was refused. */
function updateOurs(trusted: TrustedRepository, served: RepositoryBundle) {
  const update = new RepositoryUpdate(trusted, { nowMs: Date.now(), uid: null });
  try {
    update.updateRoots(served.roots);
    update.update(served);
    return { trusted: update.trusted, refusal: null };
  } catch (error) {
    if (!(error instanceof TufError)) throw error;
    return { trusted: update.trusted, refusal: `${error.code} ${error.step}` };
  }
}

t.test('our update and tuf-js agree', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'consign-'));
  let served: RepositoryBundle | null = null;
  const server = createServer((request, response) => {
    const text = served && fileOf(served, request.url ?? '');
    response.writeHead(text === undefined || text === null ? 404 : 200).end(text ?? '');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.teardown(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  /** tuf-js: the same. */
  async function updateTheirs(trusted: TrustedRepository) {
    for (const role of ['root', ...roles] as const) {
      rmSync(join(folder, `${role}.json`), { force: true });
      if (trusted[role] !== null) writeFileSync(join(folder, `${role}.json`), trusted[role]);
    }
    let refusal: string | null = null;
    try {
      const config = { fetchRetries: 0, fetchTimeout: 10_000 };
      await new Updater({ metadataDir: folder, metadataBaseUrl: url, config }).refresh();
    } catch (error) {
      refusal = error instanceof Error ? `${error.constructor.name} ${error.message}` : 'unknown';
    }
    const read = (role: string) => {
      const file = join(folder, `${role}.json`);
      return existsSync(file) ? readFileSync(file, 'utf8') : null;
    };
    return {
      refusal,
      root: read('root'),
      timestamp: read('timestamp'),
      snapshot: read('snapshot'),
      targets: read('targets'),
    };
  }

  const attacked = new AttackedRepository(new Random(seed));
  const [root = ''] = attacked.repository.roots;
  let trusted: TrustedRepository = { root, timestamp: null, snapshot: null, targets: null };
  const counts = { accepted: 0, refused: 0 };
  for (let step = 0; step < stepCount; step += 1) {
    const { what, served: next } = attacked.step();
    served = next;
    const { trusted: ours, refusal } = updateOurs(trusted, next);
    const theirs = await updateTheirs(trusted);
    const about = `step ${step}: ${what}: ${refusal ?? 'accepted'} / ${theirs.refusal ?? 'accepted'}`;
    if ((refusal === null) !== (theirs.refusal === null)) t.fail(about);
    if (refusal === null) counts.accepted += 1;
    else counts.refused += 1;
    if (refusal === null)
      for (const role of ['root', ...roles] as const)
        if (ours[role] !== theirs[role]) t.fail(`${about}: ${role}`);
    if (ours.root !== theirs.root) t.fail(`${about}: root`);
    trusted = ours;
  }
  t.comment(JSON.stringify(counts));
  t.ok(counts.accepted > stepCount / 10, 'some were right');
  t.ok(counts.refused > stepCount / 10, 'some were not');
});

/** What a mirror with consistent snapshots serves under a name. */
function fileOf(served: RepositoryBundle, url: string): string | undefined {
  const [, version, role] = /^\/(?:(\d+)\.)?(root|timestamp|snapshot|targets)\.json$/.exec(url) ?? [];
  if (role === 'root') return served.roots[Number(version) - 1];
  if (role === 'timestamp') return served.timestamp;
  if (role !== 'snapshot' && role !== 'targets') return undefined;
  return served[role];
}
