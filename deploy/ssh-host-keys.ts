// The SSH host keys of the FTP node, in OpenSSH's format: Ed25519, and ECDSA for clients without it. No RSA key:
// it would bring SHA-1 signatures back. Called by first-start.ts; a key that is there is never replaced.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { writePrivateFile } from '#commlink/private-file.ts';
import type { StateLayout } from './state-directory.ts';

/** The host key files of the FTP node, the preferred one first. */
export function hostKeyFiles(layout: StateLayout): string[] {
  const directory = layout.programDirectory('ftp-node');
  return [join(directory, 'ssh_host_ed25519_key'), join(directory, 'ssh_host_ecdsa_key')];
}

/** Makes the host keys that are missing. */
export async function ensureHostKeys(layout: StateLayout): Promise<void> {
  const [ed25519File, ecdsaFile] = hostKeyFiles(layout) as [string, string];
  if (!existsSync(ed25519File)) {
    await writePrivateFile(ed25519File, generateEd25519());
  }
  if (!existsSync(ecdsaFile)) {
    await writePrivateFile(ecdsaFile, ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 }).private);
  }
}

/** ssh2 1.17.0 drops a leading zero byte of the public key, about once in 256 times: such a key is made again. */
function generateEd25519(): string {
  for (;;) {
    const key = ssh2.utils.generateKeyPairSync('ed25519').private;
    if (!(ssh2.utils.parseKey(key) instanceof Error)) return key;
  }
}
