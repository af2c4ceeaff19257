// Looks for secrets in text, in every form that a careless line of code would give them. Callers: the end-to-end tests.
// The search itself is shown to find each secret in each form before it is believed.
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A secret by what it is; its value is bytes or text. */
export type Secrets = ReadonlyMap<string, Buffer | string>;

/** Texts to look through, by where they were found. */
export type Haystacks = ReadonlyMap<string, string>;

/** Every form of a secret, by the form's name; base64 in each of the three alignments within a longer text. */
export function formsOf(secret: Buffer | string): Map<string, string> {
  const bytes = Buffer.from(secret);
  const forms = new Map([
    ['raw', bytes.toString('latin1')],
    ['hex', bytes.toString('hex')],
    ['HEX', bytes.toString('hex').toUpperCase()],
    ['percent-encoded', [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')],
    ['bytes', [...bytes].join(',')],
  ]);
  if (typeof secret === 'string') {
    forms.set('URL-encoded', encodeURIComponent(secret));
    forms.set('form-encoded', new URLSearchParams({ '': secret }).toString().slice(1));
    forms.set('JSON', Buffer.from(JSON.stringify(secret).slice(1, -1)).toString('latin1'));
  }
  for (const encoding of ['base64', 'base64url'] as const) {
    for (const before of [0, 1, 2]) {
      const text = Buffer.concat([Buffer.alloc(before), bytes])
        .toString(encoding)
        .replace(/=+$/, '');
      const shared = (before + bytes.length) % 3 === 0 ? 0 : 1;
      forms.set(`${encoding} at ${before}`, text.slice(before === 0 ? 0 : before + 1, text.length - shared));
    }
  }
  return forms;
}

/** Which secrets are where, in words; never the secrets themselves. */
export function findSecrets(haystacks: Haystacks, secrets: Secrets): string[] {
  const found: string[] = [];
  for (const [what, secret] of secrets) {
    for (const [form, text] of formsOf(secret)) {
      for (const [where, haystack] of haystacks) {
        if (haystack.includes(text)) found.push(`${what}, ${form}, in ${where}`);
      }
    }
  }
  return found;
}

/** The file's bytes as text of one character each, so that no form is lost in decoding. */
export function readHaystack(file: string): string {
  return readFileSync(file, 'latin1');
}

/** The private part of a key in PEM: the number or seed that makes it one. */
export function privatePartOf(pem: string): Buffer {
  const { d } = createPrivateKey(pem).export({ format: 'jwk' });
  if (d === undefined) throw new Error('This is no private key.');
  return Buffer.from(d, 'base64url');
}

/** The private part of an OpenSSH key file: its last whole line, beyond the public key that comes first. */
export function privatePartOfSshKey(text: string): string {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
  return lines.at(-2) ?? '';
}
