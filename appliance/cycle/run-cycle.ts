// One waking of the agent: what was cut off is taken back, initial plug-ins, beat, catalog, packages, files, post plug-ins, and a second
// beat where there is something to tell: what was done, that a restoration found nothing to do, or that a package waits for something
// else than before. Callers: the loop, and `consign-agent run --once`. Never throws for what the centre, a source or a package does:
// that is told in the next beat.
import type { BeatReply } from '#commlink/fleet/beat-reply.ts';
import type { BeatCause, BeatProblem, PluginReport } from '#commlink/fleet/beat.ts';
import type { Agent } from '../agent.ts';
import { agentErrorOf } from '../agent-error.ts';
import { recover } from '../install/take-back.ts';
import { aboutCharactersMax, clockOffsetMsMax, unreportedMax } from '../limits.ts';
import { runPlugins } from '../programs/run-plugins.ts';
import { withProblem, type JournalContent } from '../state/journal.ts';
import { carryOut, expectNothing } from './carry-out.ts';
import { sendBeat } from './send-beat.ts';

/** Runs one cycle. Resolves to the centre's last answer; null when there was none. */
export async function runCycle(agent: Agent, cause: BeatCause): Promise<BeatReply | null> {
  await recover(agent);
  await runPhase(agent, 'initial');
  const { waiting: before } = agent.journal.content;
  const begun = { troubles: [], problems: standingProblems(agent.journal.content) };
  const reply = await attempt(agent, 'beat', () => sendBeat(agent, cause, begun));
  const isRestored = reply !== null && (await attempt(agent, 'catalog', () => follow(agent, reply))) === true;
  await runPhase(agent, 'post');
  const { results, waiting } = agent.journal.content;
  const isInstalled = results.length > 0 || isRestored;
  if (reply === null || (!isInstalled && waiting === before)) return reply;
  // A restoration is over with a beat that says `installed`: one that has only to wait is none.
  const then = isInstalled ? 'installed' : 'cycle';
  return (await attempt(agent, 'beat', () => sendBeat(agent, then))) ?? reply;
}

/** Those of the last cycle, told or not, until this one has looked: a beat without them would say that they are over. */
function standingProblems({ troubles, problems }: JournalContent): readonly BeatProblem[] {
  return problems.reduce<readonly BeatProblem[]>(withProblem, troubles);
}

/**
 * Does what the answer asks for. Quarantined and retired appliances change nothing; where nothing is to come, nothing is kept for it. True when a restoration is over: everything was
 * looked at, and is there.
 */
async function follow(agent: Agent, { catalog, order }: BeatReply): Promise<boolean> {
  const { clock, journal } = agent;
  if (Math.abs(clock.offsetMs()) > clockOffsetMsMax)
    await journal.addProblem({
      code: 'clock_wrong',
      about: `by ${clock.offsetMs()} ms`,
      atMs: clock.stamp(),
    });
  if (order === 'quarantined') return false;
  if (catalog === null || order === 'retired') {
    await expectNothing(agent);
    return false;
  }
  const isRestore = order === 'restore';
  return (await carryOut(agent, { mark: catalog.sha256, isRestore })) && isRestore;
}

/** The result, or null when it failed in a way that is to be told. */
async function attempt<T>(agent: Agent, what: string, run: () => Promise<T>): Promise<T | null> {
  try {
    return await run();
  } catch (error) {
    const { code, message } = agentErrorOf(error);
    // Nothing is wrong with what the agent's own end has cut off.
    if (agent.signal.aborted) return null;
    const about = `${what}: ${message}`.slice(0, aboutCharactersMax);
    await agent.journal.addProblem({ code, about, atMs: agent.clock.stamp() });
    return null;
  }
}

async function runPhase(agent: Agent, phase: PluginReport['phase']): Promise<void> {
  const { folder, identity, group, signal, journal } = agent;
  const environment = { CONSIGN_UID: identity.uid, CONSIGN_STATE: folder.root, CONSIGN_PHASE: phase };
  const reports = await runPlugins({ folder: folder.plugins, phase, environment, group, signal });
  if (reports.length === 0) return;
  await journal.change({
    pluginReports: [...journal.content.pluginReports, ...reports].slice(-unreportedMax),
  });
}
