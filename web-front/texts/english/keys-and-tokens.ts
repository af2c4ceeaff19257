// The pages of SSH keys and personal tokens. English.
import type { KeyRefusalReason } from '#commlink/methods/key-refusal.ts';
import { html } from '#commlink/pages/html.ts';

/** What each refusal of a key says; a few name something. */
type KeyRefusalTexts = Readonly<Record<KeyRefusalReason, (value: string) => string>>;

/** The texts. */
export const keysAndTokensTexts = {
  neverUsed: 'Never used',
  lastUsed: 'Last used',
  added: 'Added',
  validUntil: 'Valid until',
  daysWrong: (min: number, max: number) => `Type a number of days from ${min} to ${max}.`,
  keys: {
    title: 'SSH keys',
    lead: 'With a key of yours, SFTP needs no password: programs and scripts log in with your user name and find all that is ready for your account.',
    heading: 'Your keys',
    empty: 'You have no key yet.',
    table: 'Your SSH keys, with their fingerprints',
    name: 'Key',
    fingerprint: 'Fingerprint',
    bits: (keyType: string, bits: number) => `${keyType}, ${bits} bits`,
    add: 'Add a key',
    line: 'Public key',
    lineHint: html`The one line of a file such as <code>~/.ssh/id_ed25519.pub</code>, never the file without
      <code>.pub</code>. You have no key yet? <code>ssh-keygen -t ed25519</code> makes one.`,
    linePlaceholder: 'ssh-ed25519 AAAA… you@computer',
    nameLabel: 'What do you call it?',
    nameHint: 'Left empty, it has the comment of the key itself.',
    namePlaceholder: 'build server',
    days: 'Valid for how many days?',
    daysHint: 'Left empty, it is valid until it is removed.',
    untilRemoved: 'until removed',
    addButton: 'Add the key',
    remove: 'Remove',
    removeNamed: (name: string) => `Remove ${name}`,
    refusals: {
      private_key: () =>
        'This is a private key: nobody but you should have it. It was not kept. As it has left your machine, make a new pair, and put in the line of its file whose name ends in .pub.',
      other_format: () =>
        'This is another format of public keys. PuTTYgen shows the line under “Public key for pasting”, and ssh-keygen -i -f FILE prints it.',
      several_lines: () => 'Put in one key at a time, as one line without breaks.',
      dsa: () => 'DSA keys are too weak to be taken. Make one with: ssh-keygen -t ed25519',
      certificate: () =>
        'This is a certificate. Put in the key itself: the .pub file without -cert in its name.',
      security_key: () =>
        'Keys of security keys (ed25519-sk, ecdsa-sk) are not supported. Make one with: ssh-keygen -t ed25519',
      options: () =>
        'There are options in front of the key; leave them out. The line begins with ssh-ed25519, ecdsa-sha2-nistp256 or ssh-rsa.',
      not_a_key: () =>
        'This is not a public SSH key. It is one line that begins with ssh-ed25519, ecdsa-sha2-nistp256 or ssh-rsa.',
      damaged: () => 'The key is damaged; perhaps a part of the line is missing. Copy it again, whole.',
      too_short: () => 'RSA keys need 2048 bits at least. Make one with: ssh-keygen -t ed25519',
      too_long: () =>
        'RSA keys of more than 8192 bits are not supported. Make one with: ssh-keygen -t ed25519',
      known: (name) => `You have this key already, as “${name}”.`,
      too_many: (count) => `You have ${count} keys already. Remove one that you do not need.`,
    } satisfies KeyRefusalTexts as KeyRefusalTexts,
  },
  tokens: {
    title: 'Personal tokens',
    lead: 'A token lets a script or a machine download unattended.',
    use: html`Send it as <code>Authorization: Bearer …</code> to the API, or as the password of your user name
      over FTPS and SFTP.`,
    heading: 'Your tokens',
    empty: 'You have no token yet.',
    table: 'Your personal tokens',
    name: 'Token',
    add: 'Make a token',
    nameLabel: 'What is it for?',
    namePlaceholder: 'build server',
    may: 'What may it do?',
    uses: {
      all: 'Read and download',
      downloads: 'Download only',
      read: 'Read only',
    },
    days: 'Valid for how many days?',
    addButton: 'Make the token',
    created: (name: string) => `The token “${name}” is made.`,
    copied: 'token',
    copyNow: 'Copy it now: it is not shown again.',
    revoke: 'Revoke',
    revokeNamed: (name: string) => `Revoke ${name}`,
  },
};
/** The shape that every language's texts have. */
export type KeysAndTokensTexts = typeof keysAndTokensTexts;
