// Carries a catalog out: fetches what is missing, installs the packages in the order of what they need, then places the files. What
// fails is noted for the next beat and tried again in the next cycle, a few times; the rest goes on. Caller: run-cycle.ts.
import type { InstallResult, WaitingPackage } from '#commlink/fleet/beat.ts';
import type { CatalogTarget } from '#commlink/fleet/catalog-entries.ts';
import { beatWaitingMax } from '#commlink/fleet/limits.ts';
import { isWindowOpen } from '#commlink/fleet/maintenance-window.ts';
import type { Source } from '#commlink/fleet/sources.ts';
import type { Agent } from '../agent.ts';
import { AgentError, agentErrorOf } from '../agent-error.ts';
import { obtainCatalog, settleCatalog, type KeptCatalog } from '../catalog/keep-catalog.ts';
import { downloadTarget } from '../download/download-target.ts';
import { findDamage } from '../install/check-installed.ts';
import type { FileTarget } from '../install/file-place.ts';
import { requirePermission } from '../install/file-permission.ts';
import { installPackage } from '../install/install-package.ts';
import { placeFile } from '../install/place-file.ts';
import { findUnmet } from '../install/requirements.ts';
import {
  clearStaged,
  keepStaged,
  stagePackage,
  type PackageTarget,
  type StagedPackage,
} from '../install/stage-package.ts';
import { aboutCharactersMax } from '../limits.ts';
import { askSources } from './ask-sources.ts';
import { MeanwhileBeats } from './beat-meanwhile.ts';
import { planWork, type Work } from './plan-work.ts';

/** What the centre's answer asks for. */
export interface CatalogOrder {
  readonly mark: string;
  /** Everything is to be compared by digest. */
  readonly isRestore: boolean;
}

/** Carries it out as far as it goes; true when all of it is there. Throws AgentError when there is no catalog to go by. */
export async function carryOut(agent: Agent, { mark, isRestore }: CatalogOrder): Promise<boolean> {
  const kept = await obtainCatalog(agent, mark);
  const { journal } = agent;
  if (journal.content.attemptsMark !== kept.mark)
    await journal.change({ attempts: {}, attemptsMark: kept.mark });
  const damage = await findDamage(agent, { deeply: isRestore });
  const wanted = planWork(kept.catalog, journal.content, new Set(damage.map(({ path: name }) => name)));
  for (const target of wanted.givenUp)
    await noteProblem(agent, target, new AgentError('given_up', 'It failed too often.'));
  const work = { ...wanted, files: await leaveOutForbidden(agent, wanted) };
  await keepOnly(agent, [...work.packages, ...work.files]);
  const isLeft = wanted.givenUp.length > 0 || work.files.length < wanted.files.length;
  const isIdle = work.packages.length + work.files.length === 0;
  if (isIdle) await keepWaiting(agent, []);
  const isDone = (isIdle || (await doWork(agent, kept, work))) && !isLeft;
  if (isDone && !kept.isCarriedOut) await settleCatalog(agent);
  if (isDone) await keepOnly(agent, []);
  return isDone;
}

/** Nothing is to come: nothing is kept for it, and nothing waits. */
export async function expectNothing(agent: Agent): Promise<void> {
  await keepOnly(agent, []);
  await keepWaiting(agent, []);
}

/** What may not be placed is not even fetched; unless a package is to come, which may allow it. */
async function leaveOutForbidden(agent: Agent, { packages, files }: Work): Promise<readonly FileTarget[]> {
  if (packages.length > 0) return files;
  const allowed: FileTarget[] = [];
  for (const target of files) {
    try {
      await requirePermission(agent, target.custom);
      allowed.push(target);
    } catch (error) {
      await noteProblem(agent, target, agentErrorOf(error));
    }
  }
  return allowed;
}

/** True when all of it succeeded. */
async function doWork(agent: Agent, { catalog, mark }: KeptCatalog, work: Work): Promise<boolean> {
  const { bandwidth, windows } = catalog.subject;
  const wanted = [...work.packages, ...work.files];
  const sources = await askSources(agent, wanted);
  const beats = new MeanwhileBeats(agent);
  const fetched = new Map<CatalogTarget, string>();
  for (const target of wanted) {
    const file = await fetchTarget(agent, target, {
      sources: sources.get(target.path) ?? [],
      bandwidth,
      beats,
    });
    if (file !== null) fetched.set(target, file);
  }
  const nowMs = agent.clock.now();
  if (nowMs === null || beats.hasChanged(mark)) return false;
  const packages = work.packages.filter((target) => fetched.has(target));
  if (!isWindowOpen(windows, nowMs)) {
    await keepWaiting(
      agent,
      packages.map(({ path }) => ({ path, code: 'outside_window', about: '' })),
    );
    return false;
  }
  const installer: Agent = { ...agent, during: (running) => beats.during(running) };
  let done = await installAll(installer, await stageAll(agent, packages, fetched));
  for (const target of work.files) {
    if (agent.signal.aborted) return false;
    const file = fetched.get(target);
    if (file !== undefined && (await isInstalled(agent, target, () => placeFile(installer, target, file))))
      done += 1;
  }
  return done === wanted.length;
}

interface Fetching {
  readonly sources: readonly Source[];
  readonly bandwidth: number | null;
  readonly beats: MeanwhileBeats;
}

async function fetchTarget(
  agent: Agent,
  target: CatalogTarget,
  { beats, ...how }: Fetching,
): Promise<string | null> {
  const { disk, journal, signal, folder } = agent;
  try {
    const downloaded = await beats.during(
      downloadTarget({ target, ...how, disk, signal, staging: folder.staging }),
    );
    const { bytes, resumed, source } = journal.content.downloads;
    const { fetchedBytes, resumedBytes, node, file, failures } = downloaded;
    await journal.change({
      downloads: { bytes: bytes + fetchedBytes, resumed: resumed + resumedBytes, source: node ?? source },
    });
    if (failures.length > 0)
      await noteProblem(agent, target, new AgentError('source_failed', failures.join('; ')));
    return file;
  } catch (error) {
    await noteProblem(agent, target, agentErrorOf(error));
    return null;
  }
}

async function stageAll(
  agent: Agent,
  targets: readonly PackageTarget[],
  fetched: ReadonlyMap<CatalogTarget, string>,
): Promise<StagedPackage[]> {
  const { folder, identity, disk, journal, clock } = agent;
  const staged: StagedPackage[] = [];
  for (const target of targets) {
    try {
      const file = fetched.get(target) ?? '';
      staged.push(await stagePackage({ target, file, staging: folder.staging, identity, disk }));
    } catch (error) {
      const failure = agentErrorOf(error);
      await clearStaged(disk, folder.staging, target.sha256);
      if (failure.code !== 'bad_package') {
        await noteProblem(agent, target, failure);
        continue;
      }
      const { path: name, custom } = target;
      const { attempts } = journal.content;
      const said = {
        outcome: 'refused',
        code: failure.code,
        exitCode: null,
        output: failure.message,
      } as const;
      await journal.addResult(
        { path: name, version: custom.version, ...said, atMs: clock.stamp() },
        { attempts: { ...attempts, [name]: (attempts[name] ?? 0) + 1 } },
      );
    }
  }
  return staged;
}

/** In rounds: what needs another one waits until that is installed. Says how many were installed. */
async function installAll(agent: Agent, staged: readonly StagedPackage[]): Promise<number> {
  let waiting = [...staged];
  let done = 0;
  for (let isMoving = true; isMoving && !agent.signal.aborted;) {
    isMoving = false;
    for (const one of waiting.filter((each) => unmetOf(agent, each) === null)) {
      // What was begun is pending then, and nothing else may be begun.
      if (agent.signal.aborted) return done;
      waiting = waiting.filter((each) => each !== one);
      isMoving = true;
      if (await isInstalled(agent, one.target, () => installPackage(agent, one))) done += 1;
      await clearStaged(agent.disk, agent.folder.staging, one.target.sha256);
    }
  }
  const unmet: WaitingPackage[] = [];
  for (const one of waiting) {
    const problem = new AgentError('unmet_dependency', unmetOf(agent, one) ?? 'It was not its turn yet.');
    await noteProblem(agent, one.target, problem);
    unmet.push({ path: one.target.path, code: problem.code, about: problem.message });
    // Fetched it stays; what it needs may be long in coming.
    await agent.disk.remove(one.content);
  }
  await keepWaiting(agent, unmet);
  return done;
}

function unmetOf({ journal }: Agent, { manifest }: StagedPackage): string | null {
  return findUnmet(
    manifest,
    new Map(journal.content.installed.map(({ product, version }) => [product, version])),
  );
}

/** What each beat says from now on; a cycle that has changed it beats once more. */
async function keepWaiting({ journal }: Agent, packages: readonly WaitingPackage[]): Promise<void> {
  const waiting = packages
    .slice(0, beatWaitingMax)
    .map((one) => ({ ...one, about: one.about.slice(0, aboutCharactersMax) }));
  if (JSON.stringify(waiting) !== JSON.stringify(journal.content.waiting)) await journal.change({ waiting });
}

/** What it is not installed for is noted, and the rest goes on: unless it was begun, which is taken back before anything else. */
async function isInstalled(
  agent: Agent,
  target: CatalogTarget,
  install: () => Promise<InstallResult['outcome']>,
): Promise<boolean> {
  try {
    return (await install()) === 'installed';
  } catch (error) {
    if (agent.journal.content.pending !== null) throw error;
    await noteProblem(agent, target, agentErrorOf(error));
    return false;
  }
}

async function noteProblem(
  { journal, clock, disk, folder }: Agent,
  { path: name, sha256 }: CatalogTarget,
  error: AgentError,
): Promise<void> {
  // What fills the disk would keep it full.
  if (error.code === 'disk_full') await clearStaged(disk, folder.staging, sha256);
  const about = `${name}: ${error.message}`.slice(0, aboutCharactersMax);
  await journal.addProblem({ code: error.code, about, atMs: clock.stamp() });
}

/** What is installed, withdrawn, given up or forbidden by now needs no room any more; what was fetched of these targets is gone on with. */
async function keepOnly({ disk, folder }: Agent, targets: readonly CatalogTarget[]): Promise<void> {
  await keepStaged(disk, folder.staging, new Set(targets.map(({ sha256 }) => sha256)));
}
