// Signs the digests of releases, with a key that all internal-dbs of the database share (database-keys/). Customers keep its
// public half. Made by build-context.ts.
import { createPublicKey, type KeyObject } from 'node:crypto';
import { ed25519Wire, signSshsig } from './sshsig.ts';

/** The namespace that `ssh-keygen -Y sign -n file` and its users take for files. */
const namespace = 'file';

/** Signs texts for customers. */
export class ReleaseSigner {
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  /** A line for an allowed_signers file: who, for what, and the key. */
  readonly signer: string;

  constructor(cluster: string, privateKey: KeyObject) {
    this.#privateKey = privateKey;
    this.#publicKey = createPublicKey(privateKey);
    const wire = ed25519Wire(this.#publicKey).toString('base64');
    this.signer = `${cluster} namespaces="${namespace}" ssh-ed25519 ${wire}`;
  }

  /** The armored signature of a text. */
  sign(text: string): string {
    return signSshsig({ privateKey: this.#privateKey, publicKey: this.#publicKey }, namespace, text);
  }
}
