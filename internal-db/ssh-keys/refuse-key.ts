// How a public SSH key is refused: with its reason, and a sentence for programs that never quotes what was put in. Called by
// own-keys.ts.
import type { KeyRefusal, KeyRefusalReason } from '#commlink/methods/key-refusal.ts';

const startsText = 'It is one line that begins with ssh-ed25519, ecdsa-sha2-nistp256 or ssh-rsa.';

const sentences: Readonly<Record<KeyRefusalReason, (value: string) => string>> = {
  private_key: () =>
    'This is a private key: nobody but you should have it. It was not kept. As it has left your machine, make a ' +
    'new pair, and put in the line of its file whose name ends in .pub.',
  other_format: () =>
    'This is another format of public keys. PuTTYgen shows the line under “Public key for pasting”, and ' +
    'ssh-keygen -i -f FILE prints it.',
  several_lines: () => 'Put in one key at a time, as one line without breaks.',
  dsa: () => 'DSA keys are too weak to be taken. Make one with: ssh-keygen -t ed25519',
  certificate: () => 'This is a certificate. Put in the key itself: the .pub file without -cert in its name.',
  security_key: () =>
    'Keys of security keys (ed25519-sk, ecdsa-sk) are not supported. Make one with: ssh-keygen -t ed25519',
  options: () => `There are options in front of the key; leave them out. ${startsText}`,
  not_a_key: () => `This is not a public SSH key. ${startsText}`,
  damaged: () => 'The key is damaged; perhaps a part of the line is missing. Copy it again, whole.',
  too_short: () => 'RSA keys need 2048 bits at least. Make one with: ssh-keygen -t ed25519',
  too_long: () => 'RSA keys of more than 8192 bits are not supported. Make one with: ssh-keygen -t ed25519',
  known: (name) => `You have this key already, as “${name}”.`,
  too_many: (count) => `You have ${count} keys already. Remove one that you do not need.`,
};

/** The refusal; `value` is what its sentence names. */
export function refuseKey(
  reason: KeyRefusalReason,
  value: string | null = null,
): KeyRefusal & { readonly added: false } {
  return { added: false, reason, value, explanation: sentences[reason](value ?? '') };
}
