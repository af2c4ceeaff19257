// What a client signs to log in with a key (RFC 4252, section 7), compared with what it should have signed. Called by
// key-login.ts: that the node says that a login is this user's proves nothing, the bytes under the signature do.
import { WireError, WireReader } from './wire-reader.ts';

const userauthRequest = 50;
/** Session identifiers are hashes of the key exchange: SHA-1 to SHA-512. */
const sessionIdBytes = { min: 20, max: 64 };

/** What must be in the request. */
export interface ExpectedRequest {
  readonly username: string;
  readonly algorithm: string;
  readonly keyBlob: Buffer;
}

/** Whether the bytes are the request of that user with that key and algorithm, for SSH's connection service, and no more. */
export function isRequestOf(signedData: Buffer, { username, algorithm, keyBlob }: ExpectedRequest): boolean {
  const reader = new WireReader(signedData);
  const isNext = (text: string) => reader.string().equals(Buffer.from(text, 'utf8'));
  try {
    const { length } = reader.string();
    if (length < sessionIdBytes.min || length > sessionIdBytes.max) return false;
    if (reader.byte() !== userauthRequest) return false;
    if (!isNext(username) || !isNext('ssh-connection') || !isNext('publickey')) return false;
    if (reader.byte() !== 1) return false;
    if (!isNext(algorithm) || !reader.string().equals(keyBlob)) return false;
    reader.end();
    return true;
  } catch (error) {
    if (error instanceof WireError) return false;
    throw error;
  }
}
