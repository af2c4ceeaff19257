// The fingerprint of an SSH host key, as ssh-keygen and clients print it, for the page that customers compare with.
// Caller: live-configuration.ts. It reads the public half out of the private key; both formats of ssh-keygen are known.
import { createHash, createPublicKey } from 'node:crypto';
import { StartupError } from '#commlink/process-lifecycle.ts';

const opensshArmor =
  /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END OPENSSH PRIVATE KEY-----/;
const opensshMagic = Buffer.from('openssh-key-v1\0');

/** `SHA256:…` of the host key that is the `number`th of its node. Throws StartupError `HOST_KEY_INVALID`. */
export function fingerprintHostKey(content: string, number: number): string {
  try {
    const armored = opensshArmor.exec(content)?.[1];
    const blob =
      armored === undefined ? encodePemKey(content) : readOpensshKey(Buffer.from(armored, 'base64'));
    return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
  } catch {
    // The cause is left out on purpose: a parser's message may quote the key.
    throw new StartupError(
      'HOST_KEY_INVALID',
      `SFTP host key ${number} is no SSH host key that is known here. Make one with ssh-keygen -t ed25519.`,
    );
  }
}

/** PROTOCOL.key of OpenSSH: magic, cipher, KDF, KDF options, number of keys, and then the first public key. */
function readOpensshKey(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, opensshMagic.length).equals(opensshMagic)) throw new RangeError('no openssh-key-v1');
  let offset = opensshMagic.length;
  const readString = (): Buffer => {
    const lengthBytes = bytes.readUInt32BE(offset);
    const value = bytes.subarray(offset + 4, offset + 4 + lengthBytes);
    if (value.length !== lengthBytes) throw new RangeError('cut short');
    offset += 4 + lengthBytes;
    return value;
  };
  for (const _field of ['cipher', 'kdf', 'kdf options']) readString();
  offset += 4;
  return readString();
}

/** RFC 8709 (Ed25519) and RFC 5656 (ECDSA) from a PEM key. */
function encodePemKey(content: string): Buffer {
  const jwk = createPublicKey(content).export({ format: 'jwk' });
  const part = (value: string | undefined): Buffer => Buffer.from(value ?? '', 'base64url');
  if (jwk.crv === 'Ed25519') return Buffer.concat([sshString('ssh-ed25519'), sshString(part(jwk.x))]);
  const curve = { 'P-256': 'nistp256', 'P-384': 'nistp384', 'P-521': 'nistp521' }[jwk.crv ?? ''];
  if (curve === undefined) throw new RangeError('another kind of key');
  const point = Buffer.concat([Buffer.from([4]), part(jwk.x), part(jwk.y)]);
  return Buffer.concat([sshString(`ecdsa-sha2-${curve}`), sshString(curve), sshString(point)]);
}

function sshString(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  const lengthBytes = Buffer.alloc(4);
  lengthBytes.writeUInt32BE(bytes.length);
  return Buffer.concat([lengthBytes, bytes]);
}
