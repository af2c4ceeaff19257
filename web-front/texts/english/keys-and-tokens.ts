// The pages of SSH keys and personal tokens. English.
import { html } from '#commlink/pages/html.ts';

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
