// The key with which the digests of releases are signed. It is this machine's own and made at the first start, beside the
// database; customers keep its public half, so it is to be backed up with the database. Made by start-services.ts.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { readPrivateFile, writePrivateFile } from '#commlink/private-file.ts';
import { ed25519Wire, signSshsig } from './sshsig.ts';

/** The namespace that `ssh-keygen -Y sign -n file` and its users take for files. */
const namespace = 'file';
const keyFileName = 'release-signing-key.pem';

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

/** Reads the key beside the database, or makes it. Throws StartupError when others could read it. */
export async function openReleaseSigner(cluster: string, databaseFile: string): Promise<ReleaseSigner> {
  const file = path.join(path.dirname(databaseFile), keyFileName);
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    await writePrivateFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  }
  return new ReleaseSigner(cluster, createPrivateKey(await readPrivateFile(file)));
}
