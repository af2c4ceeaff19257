// Signatures in OpenSSH's format, made with an Ed25519 key: what `ssh-keygen -Y verify` checks, so that customers need no
// program of ours (PROTOCOL.sshsig of OpenSSH). Called by release-signer.ts.
import { createHash, sign, type KeyObject } from 'node:crypto';

const keyType = 'ssh-ed25519';
const hashAlgorithm = 'sha512';
const signatureVersion = 1;
const armorColumns = 70;

/** The public key's wire form: RFC 8709, section 4. */
export function ed25519Wire(publicKey: KeyObject): Buffer {
  const { x } = publicKey.export({ format: 'jwk' });
  return Buffer.concat([wireString(keyType), wireString(Buffer.from(x ?? '', 'base64url'))]);
}

/** The armored signature of `message` for a namespace. */
export function signSshsig(
  keys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
  namespace: string,
  message: string,
): string {
  const reserved = '';
  const digest = createHash(hashAlgorithm).update(message).digest();
  const tail = [wireString(namespace), wireString(reserved), wireString(hashAlgorithm)];
  const toBeSigned = Buffer.concat([Buffer.from('SSHSIG'), ...tail, wireString(digest)]);
  const signature = sign(null, toBeSigned, keys.privateKey);
  const version = Buffer.alloc(4);
  version.writeUInt32BE(signatureVersion);
  const blob = Buffer.concat([
    Buffer.from('SSHSIG'),
    version,
    wireString(ed25519Wire(keys.publicKey)),
    ...tail,
    wireString(Buffer.concat([wireString(keyType), wireString(signature)])),
  ]);
  const lines = blob.toString('base64').match(new RegExp(`.{1,${armorColumns}}`, 'g')) ?? [];
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''].join('\n');
}

/** A string of RFC 4251, section 5: its length in four bytes, and its bytes. */
function wireString(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
