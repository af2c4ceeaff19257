// Sealed sections: HPKE to one recipient's X25519 key, with cluster, recipient, section id and version as associated
// data, so that a section opens nowhere but in its own place. Unchanged sections are carried over verbatim.
// Callers: the operator's side seals; nodes and operators open what is theirs, and check what they carry for others.
import { createHash, type KeyObject } from 'node:crypto';
import { DocumentError } from '../../document-error.ts';
import { sectionPlaintextBytesMax } from '../../limits.ts';
import { openSealedMessage, sealMessage } from '../../sealed-message.ts';
import { ConfigurationError } from '../configuration-error.ts';
import type { SealedSection, SectionReference } from './manifest.ts';

const purpose = 'configuration-section';

/** What to seal: `plaintext` becomes JSON; `recipient` is a node's or operator's id and raw X25519 key. */
export interface SectionRequest {
  readonly cluster: string;
  readonly recipient: { readonly id: string; readonly sealingKey: string };
  readonly id: string;
  readonly seq: number;
  readonly plaintext: object;
}

/** What to open. The reference is the manifest's, whose signatures were verified. */
export interface OpenSectionRequest {
  readonly cluster: string;
  readonly privateKey: KeyObject;
  readonly section: SealedSection;
  readonly reference: SectionReference;
}

/** Seals a section. Throws ConfigurationError `too_large`. */
export async function sealSection(request: SectionRequest): Promise<SealedSection> {
  const plaintext = Buffer.from(JSON.stringify(request.plaintext));
  if (plaintext.length > sectionPlaintextBytesMax)
    throw new ConfigurationError(
      'too_large',
      `The section ${request.id} has over ${sectionPlaintextBytesMax} bytes.`,
    );
  const { id, seq } = request;
  const place = { recipient: request.recipient.id, id, seq };
  try {
    const sealed = await sealMessage({
      recipient: request.recipient.sealingKey,
      purpose,
      associated: placeOf(request.cluster, place),
      plaintext,
      plaintextBytesMax: sectionPlaintextBytesMax,
    });
    return { ...place, sealed };
  } finally {
    plaintext.fill(0);
  }
}

/** Opens a section: the JSON value, which the caller still has to check. Throws what assertSection throws. */
export async function openSection(request: OpenSectionRequest): Promise<unknown> {
  assertSection(request.section, request.reference);
  const plaintext = await openText(request);
  try {
    return JSON.parse(plaintext.toString('utf8'));
  } catch {
    // The cause is left out on purpose: a parser's message may quote the secret.
    throw new ConfigurationError('damaged_section', `The section ${request.reference.id} is not readable.`);
  } finally {
    plaintext.fill(0);
  }
}

/** The reference by which a manifest names a section. */
export function referenceTo({ recipient, id, seq, sealed }: SealedSection): SectionReference {
  return { recipient, id, seq, digest: createHash('sha256').update(sealed).digest('base64url') };
}

/** Throws ConfigurationError `foreign_section` for a section of another place, `damaged_section` for another text. */
export function assertSection(section: SealedSection, reference: SectionReference): void {
  const found = referenceTo(section);
  if (found.recipient !== reference.recipient || found.id !== reference.id || found.seq !== reference.seq)
    throw new ConfigurationError('foreign_section', `A section stands in the place of ${reference.id}.`);
  if (found.digest !== reference.digest)
    throw new ConfigurationError(
      'damaged_section',
      `The section ${reference.id} is not the one that was signed.`,
    );
}

function placeOf(cluster: string, { recipient, id, seq }: Omit<SealedSection, 'sealed'>): string {
  return [cluster, recipient, id, seq].join('\0');
}

async function openText({ cluster, privateKey, section, reference }: OpenSectionRequest): Promise<Buffer> {
  try {
    const opened = await openSealedMessage({
      privateKey,
      purpose,
      associated: placeOf(cluster, reference),
      sealed: section.sealed,
      plaintextBytesMax: sectionPlaintextBytesMax,
    });
    return Buffer.from(opened.buffer, opened.byteOffset, opened.byteLength);
  } catch (cause) {
    if (!(cause instanceof DocumentError)) throw cause;
    const message = `The section ${reference.id} was not sealed to this key, for this place and version.`;
    throw new ConfigurationError('foreign_section', message, { cause });
  }
}
