// `consign-agent enroll CODE --centre URL --roots SHA256`: keeps the appliance's keys, exchanges the one-time code for a name, and keeps
// that, with the first roots that it trusts. The identity is written last: it is enrolled from then on. Until then the same command
// may be given again, whatever has cut it off: the centre answers it again. Caller: main.ts.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DocumentError } from '#commlink/document-error.ts';
import { rootsDigest } from '#commlink/fleet/enrol-command.ts';
import { readEnrolmentReply, signEnrolment, type EnrolmentReply } from '#commlink/fleet/enrolment.ts';
import { firstTrustedState } from '#commlink/fleet/tuf/trusted-state.ts';
import { rootVersion } from '#commlink/fleet/tuf/verify-bundle.ts';
import { agentVersion, type AgentPlaces } from '../agent.ts';
import { AgentError } from '../agent-error.ts';
import { writeTrusted } from '../catalog/trusted-file.ts';
import { askCentre } from '../centre/centre-client.ts';
import { readHardware } from '../cycle/machine-facts.ts';
import { layOutAgentFolder } from '../state/agent-folder.ts';
import { Disk } from '../state/disk.ts';
import { keysForCode } from '../state/enrolment-keys.ts';
import { writeIdentity, type Identity } from '../state/identity.ts';

/** What the person says. */
export interface EnrolOptions {
  readonly code: string;
  readonly centre: string;
  /** A PEM file; null: the system's authorities. */
  readonly authorityFile: string | null;
  readonly name: string | null;
  /** The digest of the first roots (enrol-command.ts); null: those that come are trusted. */
  readonly roots: string | null;
}

/** Enrols; the digest is of the roots that are trusted from now on. Throws AgentError `already_enrolled`, `other_roots`, `centre_…`. */
export async function enrol(
  places: AgentPlaces,
  { code, centre, authorityFile, name, roots }: EnrolOptions,
  disk = new Disk(),
): Promise<{ readonly identity: Identity; readonly roots: string }> {
  const folder = layOutAgentFolder(path.resolve(places.state));
  if (existsSync(folder.identity))
    throw new AgentError('already_enrolled', 'This machine is enrolled already. Its identity would be lost.');
  if (!URL.canParse(centre) || new URL(centre).protocol !== 'https:')
    throw new AgentError('centre_invalid', 'The centre’s address begins with https://.');
  // Others may pass through it to the packages, and see nothing else.
  await disk.makeFolder(folder.root, 0o711);
  const authority = authorityFile === null ? null : await readFile(authorityFile, 'utf8');
  const hardware = await readHardware(places.machineRoot);
  const keys = await keysForCode(folder.enrolment, code, disk);
  const nonce = randomBytes(16).toString('base64url');
  const body = signEnrolment({ code, sentAtMs: Date.now(), nonce, name, agentVersion, hardware }, keys);
  const { text } = await askCentre({ centre, authority }, { method: 'POST', path: 'enrolments', body });
  const reply = readReply(text);
  // Nothing else proves the first roots: whoever answers in the centre's place could send his own.
  const digest = rootsDigest(reply);
  if (roots !== null && roots !== digest)
    throw new AgentError(
      'other_roots',
      `The centre has other roots than --roots says: their digest is ${digest}. This machine is not enrolled. Compare with: consign fleet status. With the right --roots the same code is good here until it ends.`,
    );
  await writeTrusted(folder.trusted, firstTrustedState(reply), disk);
  const { uid, cluster, account, type } = reply;
  const identity: Identity = {
    uid,
    name: reply.name,
    cluster,
    account,
    type,
    centre: new URL(centre).origin,
    authority,
    keys,
  };
  await writeIdentity(folder.identity, identity, disk);
  await disk.remove(folder.enrolment);
  return { identity, roots: digest };
}

function readReply(text: string): EnrolmentReply {
  try {
    const reply = readEnrolmentReply(text);
    for (const root of [reply.directorRoot, reply.packagesRoot]) rootVersion(root);
    return reply;
  } catch (error) {
    if (!(error instanceof DocumentError || (error instanceof Error && error.name === 'TufError')))
      throw error;
    throw new AgentError(
      'centre_invalid',
      `The answer to the enrolment is not well formed (${error.message}).`,
      { cause: error },
    );
  }
}
