// Store interface: the public SSH keys of customers' users. A removed key stays as a row, and is found by no read here.
// Implemented by each engine, used by the services.
import type { UserWithAccount } from './accounts.ts';

/** A user's public key. `publicKey` is the wire form (RFC 4253, section 6.6), `keyType` the name that it begins with. */
export interface SshKeyRecord {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly keyType: string;
  readonly keyBits: number;
  readonly publicKey: Uint8Array;
  readonly createdAtMs: number;
  /** Null: it does not end by itself. */
  readonly expiresAtMs: number | null;
  readonly lastUsedAtMs: number | null;
}

/** Reading keys. */
export interface SshKeyReads {
  /** A user's keys, oldest first; those that have ended, too. */
  sshKeysOf(userId: string): Promise<SshKeyRecord[]>;
  /** The key of the user of that name, with the user and the account. */
  sshKeyOfUser(
    userName: string,
    publicKey: Uint8Array,
  ): Promise<(UserWithAccount & { sshKey: SshKeyRecord }) | undefined>;
}

/** Writing keys. One that its user has already is `taken`. */
export interface SshKeyWrites extends SshKeyReads {
  insertSshKey(key: SshKeyRecord): Promise<void>;
  touchSshKey(id: string, atMs: number): Promise<void>;
  /** Removes all of a user's keys; returns their ids. */
  removeSshKeysOf(userId: string, atMs: number): Promise<string[]>;
  /** Tells whether that user had such a key. */
  removeSshKey(removal: { id: string; userId: string; atMs: number }): Promise<boolean>;
}
