// Removing originals against everything else that goes on, in the simulator's manner: a real database, two internal-dbs with real
// folders or one bucket, and by the seed one of many orders in which files are uploaded, published, withdrawn and removed, while either
// dies anywhere and both may take themselves for the leader. Whatever the order: the bytes of what a release has are there, and in the
// end there are no others.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { RpcError } from '#commlink/rpc-error.ts';
import { changeReleaseState } from '#internal-db/admin/catalog-administration.ts';
import { bucketPlace } from '#internal-db/artifacts/configured-origin.ts';
import { finishUpload } from '#internal-db/artifacts/finish-upload.ts';
import { OriginFolder } from '#internal-db/artifacts/origin-folder.ts';
import { removeOriginals } from '#internal-db/artifacts/remove-originals.ts';
import { UploadWriters } from '#internal-db/artifacts/upload-writers.ts';
import { abandonUpload, appendToUpload, beginUpload } from '#internal-db/artifacts/uploads.ts';
import { removalAdoptedAfterMs } from '#internal-db/limits.ts';
import type { ServiceContext } from '#internal-db/service-context.ts';
import { Random } from '../../rig/random.ts';
import { startRoom, type RunningRoom } from '../support/running-room.ts';

const contents = ['one', 'two'].map((text) => Buffer.from(text));
const digests = contents.map((content) => createHash('sha256').update(content).digest('hex'));
const runsCount = 24;
const stepsPerRun = 100;
const originalsUnusedMs = 1000;
const actor = 'cli:jo';

/** The process ended here. */
class Death extends Error {}

/** The place of one internal-db's originals, which it may die in, before or after anything is done. */
class MortalPlace {
  readonly node: string;
  readonly place: string;
  readonly folder: OriginFolder;
  readonly #world: World;

  constructor(world: World, node: string, place: string) {
    this.#world = world;
    this.node = node;
    this.place = place;
    this.folder = new OriginFolder(join(world.base, node));
  }

  async has({ sha256 }: { sha256: string }): Promise<boolean> {
    return await this.#world.mortally(async () => this.#names(this.place).includes(sha256));
  }

  async keep(file: string, { sha256 }: { sha256: string }): Promise<void> {
    await this.#world.mortally(() => rename(file, join(this.#directory(this.place), sha256)));
  }

  async removeAt(place: string, sha256: string): Promise<void> {
    await this.#world.mortally(async () => {
      if (this.#names(place).includes(sha256)) this.#world.removedCount += 1;
      // A busy disk takes its time.
      for (let turns = this.#world.random.between(0, 30); turns > 0; turns -= 1) await nextTurn();
      await rm(join(this.#directory(place), sha256), { force: true });
    });
  }

  #directory(place: string): string {
    return place === bucketPlace ? join(this.#world.base, bucketPlace) : this.folder.directory;
  }

  #names(place: string): string[] {
    return readdirSync(this.#directory(place));
  }
}

class World {
  readonly base: string;
  readonly random: Random;
  readonly room: RunningRoom;
  readonly internalDbs: readonly ServiceContext[];
  /** Releases whose file was kept, by version, with the file's number. */
  readonly releases = new Map<string, number>();
  /** While false nobody dies. */
  isDangerous = true;
  removedCount = 0;
  #nowMs = Date.now() + 86_400_000;
  #releaseCount = 0;
  readonly #underway: Promise<void>[] = [];
  readonly #rounds = new Map<ServiceContext, Promise<void>>();

  constructor(base: string, room: RunningRoom, seed: number) {
    this.base = base;
    this.room = room;
    this.random = new Random(seed);
    mkdirSync(join(base, bucketPlace));
    const isBucket = seed % 2 === 0;
    this.internalDbs = ['db1', 'db2'].map((node) => this.#internalDb(node, isBucket ? bucketPlace : node));
  }

  /** Other work goes on before and after it, and the process may die. */
  async mortally<T>(work: () => Promise<T>): Promise<T> {
    await this.#pause();
    const result = await work();
    await this.#pause();
    return result;
  }

  /** Uploads a file into a draft of its own; what is broken off is finished later, or never. */
  async upload(context: ServiceContext, index: number): Promise<void> {
    const content = contents[index] ?? Buffer.alloc(0);
    const version = `1.0.${(this.#releaseCount += 1)}`;
    const releaseFile = { product: 'tool', version, channel: 'stable', platform: null, mediaType: 'a/b' };
    const wish = { startedBy: actor, name: 'a.bin', sizeBytes: content.length, fingerprint: version };
    const { upload } = await beginUpload(context, { ...wish, releaseFile });
    const piece = { offsetBytes: 0, content: piecesOf(content), sha256: null };
    await appendToUpload(context, upload, piece);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      try {
        await finishUpload(context, actor, upload.id);
        this.releases.set(version, index);
        return;
      } catch (error) {
        ignoreDeath(error);
        await nextTurn();
      }
    }
    await abandonUpload(context, upload).catch(ignoreDeath);
  }

  /** Withdraws all releases that have a file. */
  async withdraw(context: ServiceContext, index: number): Promise<void> {
    const author = { actor, atMs: this.#nowMs };
    for (const [version, ofIndex] of this.releases) {
      if (ofIndex !== index) continue;
      this.releases.delete(version);
      const change = { product: 'tool', version, state: 'withdrawn', reason: 'r' } as const;
      await this.room.services.context.store.transaction((transaction) =>
        changeReleaseState(transaction, change, author),
      );
    }
    await this.removeUnneeded(context);
  }

  /** One round at a time in each process, as the schedule has it; who finds one under way waits for it. */
  async removeUnneeded(context: ServiceContext): Promise<void> {
    const underway = this.#rounds.get(context);
    if (underway) return await underway;
    const round = removeOriginals(context).finally(() => this.#rounds.delete(context));
    this.#rounds.set(context, round);
    await round;
  }

  step(): void {
    const context = this.internalDbs[this.random.between(0, 1)];
    if (context === undefined) return;
    const index = this.random.between(0, contents.length - 1);
    const choice = this.random.between(0, 99);
    if (choice < 25) this.#begin(this.upload(context, index));
    else if (choice < 50) this.#begin(this.withdraw(context, index));
    else if (choice < 75) this.#begin(this.removeUnneeded(context));
    else this.#nowMs += 60_000;
  }

  async settle(): Promise<void> {
    await Promise.all(this.#underway.splice(0));
  }

  /** Nothing is under way, and much time goes by; twice, since what one takes out is in the other's folder. */
  async rest(): Promise<void> {
    this.isDangerous = false;
    for (let round = 0; round < 2; round += 1) {
      this.#nowMs += removalAdoptedAfterMs + originalsUnusedMs;
      for (const context of this.internalDbs) await removeOriginals(context);
    }
    this.isDangerous = true;
  }

  /** Digests that are somewhere. */
  kept(): string[] {
    const folders = ['db1', 'db2', bucketPlace].map((name) => readdirSync(join(this.base, name)));
    return [...new Set(folders.flat().filter((name) => digests.includes(name)))].toSorted();
  }

  #internalDb(node: string, place: string): ServiceContext {
    const { context } = this.room.services;
    const originals = new MortalPlace(this, node, place);
    const store = Object.create(context.store) as ServiceContext['store'];
    Object.assign(store, {
      read: context.store.read,
      describe: () => context.store.describe(),
      transaction: (work: Parameters<ServiceContext['store']['transaction']>[0]) =>
        this.mortally(() => context.store.transaction(work)),
    });
    Object.defineProperty(store, 'leadership', { value: { isOurs: true } });
    const clock = { ...context.clock, nowMs: () => this.#nowMs };
    const settings = () => ({ ...context.settings(), originalsUnusedMs });
    const { folder } = originals;
    const artifacts = { ...context.artifacts, folder, originals, writers: new UploadWriters() };
    return { ...context, store, clock, settings, artifacts: artifacts as never };
  }

  #begin(work: Promise<void>): void {
    this.#underway.push(work.catch(ignoreDeath));
  }

  async #pause(): Promise<void> {
    if (this.isDangerous && this.random.percent(2)) throw new Death();
    for (let turns = this.random.between(0, 6); turns > 0; turns -= 1) await nextTurn();
  }
}

/** Nor what the services tell people. */
function ignoreDeath(error: unknown): void {
  if (!(error instanceof Death) && !(error instanceof RpcError)) throw error;
}

async function* piecesOf(piece: Uint8Array): AsyncGenerator<Uint8Array> {
  yield piece;
}

async function run(t: Test, seed: number): Promise<number> {
  const room = await startRoom(t);
  await room.admin.call('product.create', { actor, name: 'tool', title: 'Tool', description: '' });
  const world = new World(t.testdir({}), room, seed);
  const { read } = room.services.context.store;
  for (let step = 0; step < stepsPerRun; step += 1) {
    world.step();
    if (world.random.percent(50)) await nextTurn();
    if (!world.random.percent(8)) continue;
    await world.settle();
    const before = world.kept();
    for (const index of new Set(world.releases.values()))
      if (!before.includes(digests[index] ?? ''))
        t.fail(`seed ${seed}, step ${step}: a release lost its file`);
    if (world.random.percent(50)) await world.rest();
  }
  await world.settle();
  // Uploads that nobody finished hold what they are of: they are forgotten in time.
  const { store } = room.services.context;
  for (const { id } of await read.originals.openUploads())
    await store.transaction((transaction) => transaction.originals.removeUpload(id));
  await world.rest();
  const drafts = await room.admin.call('product.list', {});
  const needed = new Set<string>();
  for (const { version, state } of drafts.products[0]?.releases ?? []) {
    if (state === 'withdrawn') continue;
    const { files } = await room.admin.call('release.files', { product: 'tool', version });
    for (const { sha256 } of files) needed.add(sha256);
  }
  t.same(world.kept(), [...needed].toSorted(), `seed ${seed}: what releases have is kept, and nothing else`);
  t.same(await read.originalRemovals.removalsBy('db1', ['db1', bucketPlace], 100), []);
  t.same(await read.originalRemovals.removalsBy('db2', ['db2', bucketPlace], 100), []);
  return world.removedCount;
}

t.test('no order of events removes what a release has, or leaves what none has', async (t) => {
  let removedCount = 0;
  for (let seed = 1; seed <= runsCount; seed += 1)
    await t.test(`seed ${seed}`, async (t) => {
      removedCount += await run(t, seed);
    });
  t.ok(removedCount > runsCount * 2, `and much was removed meanwhile: ${removedCount}`);
});
