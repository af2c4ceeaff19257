// Reads what a customer pasted as a public SSH key: one line of OpenSSH's format (sshd(8), AUTHORIZED_KEYS FILE FORMAT),
// without options. What else people paste is told apart. Called by own-keys.ts.
import type { KeyRefusalReason } from '#commlink/methods/key-refusal.ts';
import { sshKeyNameCharactersMax } from '../limits.ts';
import { PublicKeyError, readPublicKey, type PublicKey } from './public-key.ts';

/** A line that holds a key, or why it doesn't. */
export type KeyLine =
  | { readonly accepted: true; readonly blob: Buffer; readonly key: PublicKey; readonly comment: string }
  | { readonly accepted: false; readonly reason: KeyRefusalReason };

const keyTypePattern = /^(?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9-]+(?:@openssh\.com)?$/;

/** What is pasted instead of the line, most dangerous first. */
const mistakes: readonly (readonly [pattern: RegExp, reason: KeyRefusalReason])[] = [
  [/PRIVATE[ -]KEY|PuTTY-User-Key-File|openssh-key-v1/i, 'private_key'],
  [/BEGIN (?:SSH2|RSA|EC)? ?(?:PUBLIC KEY|CERTIFICATE)/i, 'other_format'],
  [/\S\s*\n\s*\S/, 'several_lines'],
  [/ssh-dss/, 'dsa'],
  [/-cert-v\d+@/, 'certificate'],
  [/^sk-/, 'security_key'],
];

const faults: Readonly<Record<PublicKeyError['code'], KeyRefusalReason>> = {
  malformed: 'damaged',
  unknown_type: 'not_a_key',
  too_short: 'too_short',
  too_long: 'too_long',
};

/** Reads the line. Refusals are values. */
export function readKeyLine(text: string): KeyLine {
  const line = text.trim();
  const mistake = mistakes.find(([pattern]) => pattern.test(line));
  if (mistake) return refuse(mistake[1]);
  const [keyType = '', encoded = '', ...comment] = line.split(/[ \t]+/);
  if (!keyTypePattern.test(keyType)) {
    const hasOptions = line.split(/[ \t"]+/).some((word) => keyTypePattern.test(word));
    return refuse(hasOptions ? 'options' : 'not_a_key');
  }
  const blob = Buffer.from(encoded, 'base64');
  if (blob.length === 0 || blob.toString('base64') !== encoded) return refuse('damaged');
  try {
    const key = readPublicKey(blob);
    if (key.keyType !== keyType) return refuse('damaged');
    return { accepted: true, blob, key, comment: printable(comment.join(' ')) };
  } catch (error) {
    if (error instanceof PublicKeyError) return refuse(faults[error.code]);
    throw error;
  }
}

function refuse(reason: KeyRefusalReason): KeyLine {
  return { accepted: false, reason };
}

/** Without control characters and marks that would turn the text round them about. */
function printable(text: string): string {
  return text
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .trim()
    .slice(0, sshKeyNameCharactersMax);
}
