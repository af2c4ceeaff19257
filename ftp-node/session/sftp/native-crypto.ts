// Says how ssh2 encrypts: with its own native binding, or with node:crypto at about a third of the speed.
// Callers: the session server's report at start, and sftp-server.ts, which waits for ssh2's start-up work.
// The module is one of ssh2's own, not a documented entry: package.json pins the version that it was read in.
import { createRequire } from 'node:module';

interface Ssh2Crypto {
  readonly bindingAvailable: boolean;
  /** Resolves when the WebAssembly for chacha20-poly1305 without the binding is compiled. */
  readonly init: Promise<void>;
}

const ssh2Crypto = createRequire(import.meta.url)('ssh2/lib/protocol/crypto.js') as Ssh2Crypto;

/** True when ssh2's native binding (`sshcrypto.node`) was built for this Node.js and is loaded. */
export function sshNativeCrypto(): boolean {
  return ssh2Crypto.bindingAvailable;
}

/** Waits until ssh2 has loaded all that it will ever load, so that it works after a chroot(2). */
export async function finishLoadingSsh(): Promise<void> {
  await ssh2Crypto.init;
}
