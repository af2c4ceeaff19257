// Whose second factors they are, and where they are used: the same for a customer's user at the portal and for a member
// of staff at the console. Used by the files beside this one and their callers.

/** Somebody with second factors, and how the audit log names what happens to them. */
export interface FactorOwner {
  /** `usr_…` or `stf_…`. */
  readonly id: string;
  /** The login name: what an app shows, and what failed codes are counted by. */
  readonly name: string;
  readonly displayName: string;
  /** Who does it: the owner, or who resets it for the owner. */
  readonly actor: string;
  /** The audit entry's subject: the account's name, or the staff member's. */
  readonly subject: string;
}

/** A site that passkeys are bound to (WebAuthn level 3, section 5.1.2). */
export interface RelyingParty {
  /** What the browser calls it in its dialogue. */
  readonly name: string;
  /** Its host name. */
  readonly id: string;
  /** `https://host` or `https://host:port`. */
  readonly origin: string;
}

/** The party of a site's address; null when passkeys can't be bound to it: there is none, or it is an IP address. */
export function relyingPartyOf(name: string, address: string | null): RelyingParty | null {
  if (address === null) return null;
  const { hostname, origin } = new URL(address);
  const isAddress = hostname.startsWith('[') || /^[\d.]+$/.test(hostname);
  return isAddress ? null : { name, id: hostname, origin };
}
