// IP networks as operators write them (`203.0.113.0/24`, `2001:db8::/32`), and maps that are asked with an address.
// Callers: bans, at internal-db and the nodes; network-of.ts. The narrowest IPv6 network is a /64: a customer has that many
// addresses to come from. An IPv4 address that is written as an IPv6 one counts as IPv4.
import { isIPv4, isIPv6 } from 'node:net';

/** A network: its leading `prefixBits` bits are `prefix`. */
export interface IpNetwork {
  readonly family: 4 | 6;
  readonly prefixBits: number;
  readonly prefix: bigint;
}

const familyBits = { 4: 32, 6: 128 } as const;
const narrowestBits = { 4: 32, 6: 64 } as const;

/** The eight groups of an IPv6 address, as numbers. `address` must be one, without a zone. */
export function ipv6Groups(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  if (dotted !== null) {
    const [, head = '', ...bytes] = dotted;
    const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number);
    return ipv6Groups(`${head}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`);
  }
  const [head = '', tail] = address.split('::');
  const headGroups = head === '' ? [] : head.split(':');
  const tailGroups = tail === undefined || tail === '' ? [] : tail.split(':');
  const gapGroups = tail === undefined ? 0 : Math.max(0, 8 - headGroups.length - tailGroups.length);
  const groups = [...headGroups, ...Array<string>(gapGroups).fill('0'), ...tailGroups];
  return groups.map((group) => Number.parseInt(group, 16));
}

/** The network of `text`, an address or one with a prefix length; null when it is none. What is over the prefix is dropped. */
export function parseNetwork(text: string): IpNetwork | null {
  const [address = '', length, ...more] = text.split('/');
  const parsed = parseAddress(address);
  if (parsed === null || more.length > 0) return null;
  const { family, value, offsetBits } = parsed;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return null;
  const bits = familyBits[family];
  const askedBits = length === undefined ? bits : Number(length) - offsetBits;
  if (askedBits < 0 || askedBits > bits) return null;
  const prefixBits = Math.min(askedBits, narrowestBits[family]);
  return { family, prefixBits, prefix: value >> BigInt(bits - prefixBits) };
}

/** The one way to write a network: no length after a single IPv4 address, always one after an IPv6 network. */
export function formatNetwork({ family, prefixBits, prefix }: IpNetwork): string {
  const value = prefix << BigInt(familyBits[family] - prefixBits);
  if (family === 4) {
    const bytes = [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
    return prefixBits === 32 ? bytes : `${bytes}/${prefixBits}`;
  }
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  const filled = groups.findLastIndex((group) => group !== '0') + 1;
  // Networks end in zeroes, so that is where they are left out.
  const text = filled >= 7 ? groups.join(':') : `${groups.slice(0, filled).join(':')}::`;
  return `${text}/${prefixBits}`;
}

/** Whether all of `inner` lies in `outer`. */
export function containsNetwork(outer: IpNetwork, inner: IpNetwork): boolean {
  const excessBits = inner.prefixBits - outer.prefixBits;
  if (inner.family !== outer.family || excessBits < 0) return false;
  return inner.prefix >> BigInt(excessBits) === outer.prefix;
}

/** Whether two networks have an address in common: then one contains the other. */
export function networksOverlap(one: IpNetwork, other: IpNetwork): boolean {
  return containsNetwork(one, other) || containsNetwork(other, one);
}

/** Values by network. Asking costs one look-up for each length of prefix that is in it. */
export class NetworkMap<V> {
  // family and prefix length, then prefix.
  readonly #lengths = new Map<string, Map<bigint, V>>();

  /** Puts `value` in place of what this very network had. */
  set(network: IpNetwork, value: V): void {
    const key = `${network.family}/${network.prefixBits}`;
    const ofLength = this.#lengths.get(key) ?? new Map<bigint, V>();
    this.#lengths.set(key, ofLength.set(network.prefix, value));
  }

  /** The values of all networks that `address` is in; none for what is no address. */
  containing(address: string): V[] {
    const parsed = parseAddress(address);
    if (parsed === null) return [];
    return [...this.#lengths].flatMap(([key, ofLength]) => {
      const [family, prefixBits] = key.split('/').map(Number);
      if (family !== parsed.family || prefixBits === undefined) return [];
      const value = ofLength.get(parsed.value >> BigInt(familyBits[parsed.family] - prefixBits));
      return value === undefined ? [] : [value];
    });
  }
}

/** `offsetBits` are those that an IPv4 address had in front of it as an IPv6 one. */
function parseAddress(text: string): { family: 4 | 6; value: bigint; offsetBits: number } | null {
  const address = text.split('%')[0] ?? '';
  if (isIPv4(address))
    return { family: 4, value: joinParts(address.split('.').map(Number), 8n), offsetBits: 0 };
  if (!isIPv6(address)) return null;
  const value = joinParts(ipv6Groups(address), 16n);
  // ::ffff:0:0/96 (RFC 4291, section 2.5.5.2).
  if (value >> 32n === 0xffffn) return { family: 4, value: value & 0xffff_ffffn, offsetBits: 96 };
  return { family: 6, value, offsetBits: 0 };
}

function joinParts(parts: readonly number[], partBits: bigint): bigint {
  return parts.reduce((value, part) => (value << partBits) | BigInt(part), 0n);
}
