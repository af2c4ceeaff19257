// Asks the centre where targets can be fetched now. Caller: carry-out.ts. The agent goes where the answer sends it, with what it says:
// it counts only signed by the director's timestamp key, as answers to beats are, and sealed to this appliance.
import { DocumentError } from '#commlink/document-error.ts';
import { beginRequest, signApplianceMessage } from '#commlink/fleet/appliance-message.ts';
import type { CatalogTarget } from '#commlink/fleet/catalog-entries.ts';
import { sourcesReplyBytesMax } from '#commlink/fleet/limits.ts';
import { openSourcesReply } from '#commlink/fleet/sources-answer.ts';
import type { Source } from '#commlink/fleet/sources.ts';
import { timestampKeys } from '#commlink/fleet/tuf/verify-bundle.ts';
import type { Agent } from '../agent.ts';
import { AgentError } from '../agent-error.ts';
import { readTrusted } from '../catalog/trusted-file.ts';
import { askCentre } from '../centre/centre-client.ts';
import { markOfBeat } from './machine-facts.ts';

/** The sources, best first, by target path. Throws AgentError `centre_…`. */
export async function askSources(
  agent: Agent,
  targets: readonly CatalogTarget[],
): Promise<ReadonlyMap<string, readonly Source[]>> {
  const { identity, clock, folder, signal } = agent;
  const request = {
    ...beginRequest(identity.uid, clock.stamp(), await markOfBeat(agent)),
    targets: targets.map(({ path }) => path),
  };
  const body = signApplianceMessage('sources-request', request, identity.keys.signing.privateKey);
  const { text } = await askCentre(identity, {
    method: 'POST',
    path: 'sources',
    body,
    bytesMax: sourcesReplyBytesMax,
    signal,
  });
  try {
    const publicKeys = timestampKeys((await readTrusted(folder.trusted)).director.root);
    const reply = await openSourcesReply(text, { request, keys: identity.keys, publicKeys });
    return new Map(reply.targets.map(({ path, sources }) => [path, sources]));
  } catch (error) {
    if (error instanceof DocumentError)
      throw new AgentError('centre_invalid', error.message, { cause: error });
    throw error;
  }
}
