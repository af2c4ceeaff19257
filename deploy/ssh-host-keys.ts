// The SSH host keys of an FTP node, in OpenSSH's format: Ed25519, and ECDSA for clients without it. No RSA key:
// it would bring SHA-1 signatures back. Called by node-identity.ts; a node keeps its keys for as long as it exists.
import ssh2 from 'ssh2';

/** Makes host keys, the preferred one first. */
export function createHostKeys(): string[] {
  return [generateEd25519(), ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 }).private];
}

/** ssh2 1.17.0 drops a leading zero byte of the public key, about once in 256 times: such a key is made again. */
function generateEd25519(): string {
  for (;;) {
    const key = ssh2.utils.generateKeyPairSync('ed25519').private;
    if (!(ssh2.utils.parseKey(key) instanceof Error)) return key;
  }
}
