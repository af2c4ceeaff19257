// What `consign-agent status`, `catalog`, `history` and `verify` print. They read the state directory and change nothing, so they may
// run beside the agent. Caller: main.ts.
import path from 'node:path';
import { catalogSha256 } from '#commlink/fleet/catalog-bundle.ts';
import { verifyBundle } from '#commlink/fleet/tuf/verify-bundle.ts';
import type { Agent, AgentPlaces } from '../agent.ts';
import { AgentError } from '../agent-error.ts';
import { readKeptBundle } from '../catalog/keep-catalog.ts';
import { readTrusted } from '../catalog/trusted-file.ts';
import { findDamage } from '../install/check-installed.ts';
import { layOutAgentFolder } from '../state/agent-folder.ts';
import { readIdentity } from '../state/identity.ts';
import { readJournal } from '../state/journal.ts';
import { listMishaps, listTroubles } from '../state/list-troubles.ts';

/** Lines for a person; `isWell` false makes the command end with 1. */
export interface Shown {
  readonly lines: readonly string[];
  readonly isWell: boolean;
}

/** Name, last beat, what is installed, and what is wrong. */
export async function showStatus({ state }: AgentPlaces): Promise<Shown> {
  const folder = layOutAgentFolder(path.resolve(state));
  const { uid, name, account, type, centre } = await readIdentity(folder.identity);
  const content = await readJournal(folder.journal);
  const { lastBeat, installed, files } = content;
  const troubles = listTroubles(content);
  const lines = [
    `${name} (${uid}), a ${type} of ${account}, at ${centre}`,
    lastBeat === null
      ? 'has not beaten yet'
      : `last beat ${timeOf(lastBeat.atMs)}, every ${lastBeat.intervalMs / 1000} s`,
    ...installed.map(({ product, version, atMs }) => `package ${product} ${version} (${timeOf(atMs)})`),
    ...files.map(({ path: named, at }) => `file ${named} at ${at}`),
    ...listMishaps(content),
    ...troubles,
  ];
  return { lines, isWell: troubles.length === 0 };
}

/** The installations, the newest last. */
export async function showHistory({ state }: AgentPlaces): Promise<Shown> {
  const folder = layOutAgentFolder(path.resolve(state));
  await readIdentity(folder.identity);
  const { history } = await readJournal(folder.journal);
  const lines = history.map(({ atMs, outcome, path: named, version, code, exitCode }) => {
    const details = [version, code === 'ok' ? '' : code, exitCode === null ? '' : `exit code ${exitCode}`];
    return [timeOf(atMs), outcome, named, ...details].filter(Boolean).join(' ');
  });
  return { lines, isWell: true };
}

/** The catalog that is kept, verified by the time of the last beat. */
export async function showCatalog({ state }: AgentPlaces): Promise<Shown> {
  const folder = layOutAgentFolder(path.resolve(state));
  const { uid } = await readIdentity(folder.identity);
  const bundle = await readKeptBundle(folder);
  if (bundle === null) return { lines: ['There is no catalog yet.'], isWell: true };
  const { lastBeat } = await readJournal(folder.journal);
  const trusted = await readTrusted(folder.trusted);
  const verdict = verifyBundle({ trusted, bundle, uid, nowMs: lastBeat?.atMs ?? 0 });
  if (!verdict.accepted)
    throw new AgentError('bad_catalog', `${verdict.error.code}: ${verdict.error.message}`);
  const { subject, targets, version } = verdict.catalog;
  const lines = [
    `catalog ${version} (${catalogSha256(bundle).slice(0, 16)}) for a ${subject.type} of ${subject.account}`,
    ...targets.map(({ path: named, sizeBytes, sha256 }) => `${named} ${sizeBytes} bytes, SHA-256 ${sha256}`),
  ];
  return { lines, isWell: true };
}

/** Compares everything with what was installed, by digest. */
export async function showVerification(agent: Agent): Promise<Shown> {
  const damage = await findDamage(agent, { deeply: true });
  const { installed, files } = agent.journal.content;
  if (damage.length > 0) return { lines: damage.map((each) => `${each.path}: ${each.about}`), isWell: false };
  const checked = `packages: ${installed.length}, files: ${files.length}`;
  return { lines: [`All is as it was installed (${checked}).`], isWell: true };
}

function timeOf(atMs: number): string {
  return new Date(atMs).toISOString();
}
