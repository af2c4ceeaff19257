// SSH keys for tests, made by ssh-keygen, and what a client signs with them (RFC 4252, section 7). Callers: the tests here.
import { execFileSync } from 'node:child_process';
import { createPrivateKey, randomBytes, sign, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { KeyAlgorithm, PublicKeyCredential } from '#commlink/methods/login-credential.ts';

/** A pair. `line` is the .pub file's, `privateText` the private file's. */
export interface MadeKey {
  readonly line: string;
  readonly blob: Buffer;
  readonly privateText: string;
  readonly privateKey: () => KeyObject;
}

/** Makes a pair in a directory; `options` are ssh-keygen's, e.g. `-t ed25519`. */
export function makeKey(directory: string, options: string): MadeKey {
  const file = path.join(directory, `key-${randomBytes(6).toString('hex')}`);
  const shared = ['-q', '-N', '', '-f', file, '-C', 'jo@workstation'];
  // RSA and ECDSA keys in PEM can be read by node:crypto; Ed25519 has OpenSSH's format only, which it can't.
  execFileSync('ssh-keygen', [...options.split(' '), ...shared, '-m', 'PEM'], { stdio: 'ignore' });
  const line = readFileSync(`${file}.pub`, 'utf8').trim();
  const privateText = readFileSync(file, 'utf8');
  return {
    line,
    blob: Buffer.from(line.split(' ')[1] ?? '', 'base64'),
    privateText,
    privateKey: () =>
      privateText.includes('OPENSSH') ? readEd25519(privateText) : createPrivateKey(privateText),
  };
}

/** An SSH string. */
export function wireString(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The parts of the signed request, in their order. */
export function requestParts(username: string, algorithm: string, blob: Buffer): Buffer[] {
  return [
    wireString(randomBytes(32)),
    Buffer.from([50]),
    wireString(username),
    wireString('ssh-connection'),
    wireString('publickey'),
    Buffer.from([1]),
    wireString(algorithm),
    wireString(blob),
  ];
}

/** A credential as the node passes it on; `signed` are other bytes than the right ones. */
export function signedCredential(
  key: MadeKey,
  { username, algorithm, signed }: { username: string; algorithm: KeyAlgorithm; signed?: Buffer },
): PublicKeyCredential {
  const data = signed ?? Buffer.concat(requestParts(username, algorithm, key.blob));
  const signature = sign(digestOf(algorithm), data, key.privateKey());
  return {
    kind: 'public-key',
    algorithm,
    key: key.blob.toString('base64'),
    signature: signature.toString('base64'),
    signedData: data.toString('base64'),
  };
}

/** The question whether a key would do. */
export function keyQuery(key: MadeKey, algorithm: KeyAlgorithm): PublicKeyCredential {
  const keyText = key.blob.toString('base64');
  return { kind: 'public-key', algorithm, key: keyText, signature: null, signedData: null };
}

function digestOf(algorithm: KeyAlgorithm): string | null {
  const digests: Record<KeyAlgorithm, string | null> = {
    'ssh-ed25519': null,
    'ecdsa-sha2-nistp256': 'sha256',
    'ecdsa-sha2-nistp384': 'sha384',
    'ecdsa-sha2-nistp521': 'sha512',
    'rsa-sha2-256': 'sha256',
    'rsa-sha2-512': 'sha512',
  };
  return digests[algorithm];
}

/** The 32 bytes of the seed stand before the public key in an unencrypted file (OpenSSH's PROTOCOL.key). */
function readEd25519(text: string): KeyObject {
  const bytes = Buffer.from(text.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  const publicStart = bytes.lastIndexOf(wireString('ssh-ed25519')) + wireString('ssh-ed25519').length;
  const seedStart = publicStart + 4 + 32 + 4;
  const seed = bytes.subarray(seedStart, seedStart + 32);
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  return createPrivateKey({ key: Buffer.concat([prefix, seed]), format: 'der', type: 'pkcs8' });
}
