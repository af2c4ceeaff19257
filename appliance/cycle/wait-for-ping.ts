// The wait between two cycles: until it is time, or until the centre, asked by long polls, has a ping for this appliance. A centre that
// can't be asked is asked again later, one that has no place for another one when it says: often after the next cycle, whose end ends
// this. A ping is a courtesy. Caller: agent-loop.ts.
import { beginRequest, signApplianceMessage } from '#commlink/fleet/appliance-message.ts';
import { pause } from '#commlink/pause.ts';
import type { Agent } from '../agent.ts';
import { AgentError } from '../agent-error.ts';
import { applianceScheme, askCentre, CentreRefusal } from '../centre/centre-client.ts';
import { markOfBeat } from './machine-facts.ts';
import { pingPauseMs, pingPollMsMax, pingRetryMs } from '../limits.ts';

/** Waits. Resolves to whether a ping ended the wait. */
export async function waitForPing(agent: Agent, waitMs: number): Promise<boolean> {
  const over = AbortSignal.any([agent.signal, AbortSignal.timeout(Math.max(1, Math.floor(waitMs)))]);
  while (!over.aborted) {
    try {
      if (await poll(agent, over)) return true;
      await pause(pingPauseMs, over);
    } catch (error) {
      if (over.aborted) break;
      if (!(error instanceof AgentError)) throw error;
      const askedMs = error instanceof CentreRefusal ? error.retryAfterMs : null;
      await pause(Math.max(pingPauseMs, askedMs ?? pingRetryMs), over);
    }
  }
  return false;
}

async function poll(agent: Agent, signal: AbortSignal): Promise<boolean> {
  const { identity, clock } = agent;
  const message = beginRequest(identity.uid, clock.stamp(), await markOfBeat(agent));
  const envelope = signApplianceMessage('ping-request', message, identity.keys.signing.privateKey);
  const headers = { authorization: `${applianceScheme} ${envelope}` };
  const { text } = await askCentre(identity, {
    method: 'GET',
    path: 'pings',
    headers,
    msMax: pingPollMsMax,
    signal,
  });
  try {
    return (JSON.parse(text) as { ping?: unknown } | null)?.ping === true;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new AgentError('centre_invalid', 'The answer to a long poll is not JSON.', { cause: error });
  }
}
