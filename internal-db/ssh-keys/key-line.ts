// Reads what a customer pasted as a public SSH key: one line of OpenSSH's format (sshd(8), AUTHORIZED_KEYS FILE FORMAT),
// without options. What else people paste gets a sentence that says what it is. Called by own-keys.ts.
import { sshKeyNameCharactersMax } from '../limits.ts';
import { PublicKeyError, readPublicKey, type PublicKey } from './public-key.ts';

/** A line that holds a key, or why it doesn't. The explanation never quotes the line. */
export type KeyLine =
  | { readonly accepted: true; readonly blob: Buffer; readonly key: PublicKey; readonly comment: string }
  | { readonly accepted: false; readonly explanation: string };

const startsText = 'It is one line that begins with ssh-ed25519, ecdsa-sha2-nistp256 or ssh-rsa.';
const notAKeyText = `This is not a public SSH key. ${startsText}`;
const keyTypePattern = /^(?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9-]+(?:@openssh\.com)?$/;

/** What is pasted instead of the line, most dangerous first. */
const mistakes: readonly { readonly pattern: RegExp; readonly explanation: string }[] = [
  {
    pattern: /PRIVATE[ -]KEY|PuTTY-User-Key-File|openssh-key-v1/i,
    explanation:
      'This is a private key: nobody but you should have it. It was not kept. As it has left your machine, make a ' +
      'new pair, and put in the line of its file whose name ends in .pub.',
  },
  {
    pattern: /BEGIN (?:SSH2|RSA|EC)? ?(?:PUBLIC KEY|CERTIFICATE)/i,
    explanation:
      'This is another format of public keys. PuTTYgen shows the line under “Public key for pasting”, and ' +
      'ssh-keygen -i -f FILE prints it.',
  },
  { pattern: /\S\s*\n\s*\S/, explanation: 'Put in one key at a time, as one line without breaks.' },
  {
    pattern: /ssh-dss/,
    explanation: 'DSA keys are too weak to be taken. Make one with: ssh-keygen -t ed25519',
  },
  {
    pattern: /-cert-v\d+@/,
    explanation: 'This is a certificate. Put in the key itself: the .pub file without -cert in its name.',
  },
  {
    pattern: /^sk-/,
    explanation:
      'Keys of security keys (ed25519-sk, ecdsa-sk) are not supported. Make one with: ssh-keygen -t ed25519',
  },
];

const faults: Record<PublicKeyError['code'], string> = {
  malformed: 'The key is damaged; perhaps a part of the line is missing. Copy it again, whole.',
  unknown_type: notAKeyText,
  too_short: 'RSA keys need 2048 bits at least. Make one with: ssh-keygen -t ed25519',
  too_long: 'RSA keys of more than 8192 bits are not supported. Make one with: ssh-keygen -t ed25519',
};

/** Reads the line. Refusals are values. */
export function readKeyLine(text: string): KeyLine {
  const line = text.trim();
  const mistake = mistakes.find(({ pattern }) => pattern.test(line));
  if (mistake) return refuse(mistake.explanation);
  const [keyType = '', encoded = '', ...comment] = line.split(/[ \t]+/);
  if (!keyTypePattern.test(keyType)) {
    const hasOptions = line.split(/[ \t"]+/).some((word) => keyTypePattern.test(word));
    return refuse(
      hasOptions ? `There are options in front of the key; leave them out. ${startsText}` : notAKeyText,
    );
  }
  const blob = Buffer.from(encoded, 'base64');
  if (blob.length === 0 || blob.toString('base64') !== encoded) return refuse(faults.malformed);
  try {
    const key = readPublicKey(blob);
    if (key.keyType !== keyType) return refuse(faults.malformed);
    return { accepted: true, blob, key, comment: printable(comment.join(' ')) };
  } catch (error) {
    if (error instanceof PublicKeyError) return refuse(faults[error.code]);
    throw error;
  }
}

function refuse(explanation: string): KeyLine {
  return { accepted: false, explanation };
}

/** Without control characters and marks that would turn the text round them about. */
function printable(text: string): string {
  return text
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .trim()
    .slice(0, sshKeyNameCharactersMax);
}
