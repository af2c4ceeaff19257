// One beat: what the appliance is and has done, signed, and the centre's signed answer. What was told is forgotten only when the answer
// was verified. Caller: run-cycle.ts. Trusts the answer by the director's timestamp keys, and its time from then on.
import { beginMessage, signApplianceMessage } from '#commlink/fleet/appliance-message.ts';
import { peekReplyTime, verifyBeatReply, type BeatReply } from '#commlink/fleet/beat-reply.ts';
import { readBeat, type Beat, type BeatCause } from '#commlink/fleet/beat.ts';
import { beatPluginsMax, beatProblemsMax, beatResultsMax } from '#commlink/fleet/limits.ts';
import { timestampKeys } from '#commlink/fleet/tuf/verify-bundle.ts';
import { DocumentError } from '#commlink/document-error.ts';
import type { Agent } from '../agent.ts';
import { AgentError } from '../agent-error.ts';
import { learnRoots, readMark } from '../catalog/keep-catalog.ts';
import { readTrusted } from '../catalog/trusted-file.ts';
import { askCentre } from '../centre/centre-client.ts';
import { aboutCharactersMax, beatOutputCharactersMax } from '../limits.ts';
import type { JournalContent } from '../state/journal.ts';
import { digestHardware, observeMachine, readBootId, readHardware } from './machine-facts.ts';

/** Beats. `changes` come into the journal before. Throws AgentError `centre_unreachable`, `centre_refused` or `centre_invalid`. */
export async function sendBeat(
  agent: Agent,
  cause: BeatCause,
  changes: Partial<JournalContent> = {},
): Promise<BeatReply> {
  const { identity, journal, clock, signal } = agent;
  // On the disk before it is sent: a counter that goes back is what tells a copied disk.
  await journal.change({ ...changes, counter: journal.content.counter + 1 });
  const told = journal.content;
  const beat = presentable(await composeBeat(agent, cause));
  const body = signApplianceMessage('beat', beat, identity.keys.signing.privateKey);
  const { text } = await askCentre(identity, { method: 'POST', path: 'beats', body, signal });
  const { reply, signers } = await openReply(agent, text, beat);
  const { nowMs, intervalMs, order } = reply;
  const { lastBeat: before } = journal.content;
  clock.learn(Math.max(nowMs, before?.signers === signers ? before.atMs : 0), signers);
  const lastBeat = { atMs: clock.now() ?? nowMs, signers, intervalMs, order };
  await journal.change({ ...withoutTold(journal.content, told), lastBeat });
  return reply;
}

async function composeBeat(agent: Agent, cause: BeatCause): Promise<Beat> {
  const { identity, journal, clock, folder, machineRoot, version } = agent;
  const { counter, installed, files, results, problems, waiting, pluginReports, downloads } = journal.content;
  const toldResults = results.slice(0, beatResultsMax);
  const toldReports = pluginReports.slice(0, beatPluginsMax);
  const shareCharacters = Math.floor(
    beatOutputCharactersMax / Math.max(1, toldResults.length + toldReports.length),
  );
  const shorten = <T extends { output: string }>(said: T): T => ({
    ...said,
    output: endOf(said.output, shareCharacters),
  });
  return {
    ...beginMessage(identity.uid, clock.machine()),
    cause,
    bootId: await readBootId(machineRoot),
    counter,
    agentVersion: version,
    clockOffsetMs: clock.offsetMs(),
    machine: await observeMachine(folder.root),
    hardware: digestHardware(await readHardware(machineRoot)),
    catalog: await readMark(folder),
    installed: installed.map(({ product, version: one, path, sha256 }) => ({
      product,
      version: one,
      path,
      sha256,
    })),
    files: files.map(({ path, sha256 }) => ({ path, sha256 })),
    results: toldResults.map(shorten),
    plugins: toldReports.map(shorten),
    problems: problems.slice(0, beatProblemsMax),
    waiting,
    downloads,
  };
}

/** An output's end says most of what went wrong; a beat has no NUL. */
function endOf(output: string, characters: number): string {
  return output.slice(Math.max(0, output.length - characters)).replaceAll('\0', '\ufffd');
}

/** `signers`: the keys one of which has signed it. */
interface OpenedReply {
  readonly reply: BeatReply;
  readonly signers: string;
}

async function openReply(agent: Agent, text: string, beat: Beat): Promise<OpenedReply> {
  const { folder } = agent;
  const open = async (): Promise<OpenedReply> => {
    const keys = timestampKeys((await readTrusted(folder.trusted)).director.root);
    const signers = keys
      .map((key) => key.export({ type: 'spki', format: 'der' }).toString('base64url'))
      .toSorted();
    return { reply: verifyBeatReply(text, keys, beat), signers: signers.join() };
  };
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    if (error.code !== 'bad_signature')
      throw new AgentError('centre_invalid', error.message, { cause: error });
  }
  // The key may be newer than the root that is trusted. Roots need no time, but the request for them does: what is known here, the
  // machine's clock or what a stolen key has said, may be too far off for the centre.
  await learnRoots(agent, peekReplyTime(text));
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    throw new AgentError('centre_invalid', error.message, { cause: error });
  }
}

/** A beat that the centre would not read would be the end of all beats: it goes without what may be wrong with it. */
function presentable(beat: Beat): Beat {
  try {
    return readBeat(beat);
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    const about = `the beat: ${error.message}`.slice(0, aboutCharactersMax);
    const problems = [{ code: 'state_damaged', about, atMs: beat.sentAtMs }];
    return { ...beat, results: [], plugins: [], problems, waiting: [] };
  }
}

/** What came in while the beat was on its way stays for the next one. */
function withoutTold(content: JournalContent, told: JournalContent): Partial<JournalContent> {
  return {
    results: content.results.slice(Math.min(told.results.length, beatResultsMax)),
    problems: content.problems.slice(Math.min(told.problems.length, beatProblemsMax)),
    pluginReports: content.pluginReports.slice(Math.min(told.pluginReports.length, beatPluginsMax)),
    downloads: { bytes: 0, resumed: 0, source: null },
  };
}
