// The PSK identity of a link and the key that belongs to it. The identity travels in clear in the first message, so it
// names keys and never holds one; the key is derived from the bag's key and the whole identity (after RFC 9258).
// Callers: the dialler composes it, the admission check parses it.
import { hkdfSync } from 'node:crypto';

/** What the dialler claims: version 1 of this format, and everything that selects one key of one bag. */
export interface LinkIdentity {
  readonly cluster: string;
  readonly generation: number;
  readonly index: number;
  /** Node id of the dialler. */
  readonly from: string;
  /** Node id of the listener. */
  readonly to: string;
}

const format =
  /^1\|([a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?)\|([1-9][0-9]{0,9})\|(0|[1-9][0-9]{0,3})\|([A-Za-z0-9_-]{43})\|([A-Za-z0-9_-]{43})$/;
const pskBytes = 32;
const derivationLabel = 'consign/1 link psk\0';

/** `1|cluster|generation|index|from|to`, at most 171 characters (OpenSSL takes 255). */
export function formatLinkIdentity(identity: LinkIdentity): string {
  const { cluster, generation, index, from, to } = identity;
  return `1|${cluster}|${generation}|${index}|${from}|${to}`;
}

/** Parses an identity; undefined when it is not exactly of this form. Never throws. */
export function parseLinkIdentity(text: string): LinkIdentity | undefined {
  const [, cluster, generation, index, from, to] = format.exec(text) ?? [];
  if (cluster === undefined || from === undefined || to === undefined) return undefined;
  return { cluster, generation: Number(generation), index: Number(index), from, to };
}

/** The external PSK for this identity: HKDF-SHA256 over the bag's key, the identity in the info (RFC 5869). */
export function deriveLinkPsk(bagKey: Buffer, identityText: string): Buffer {
  return Buffer.from(hkdfSync('sha256', bagKey, '', derivationLabel + identityText, pskBytes));
}

/** Which key of a generation of N keys a connection uses: the dialler's port modulo N. */
export function keyIndexOf(diallerPort: number, keyCount: number): number {
  return diallerPort % keyCount;
}
