// The zones and machines of docs/network.md and docs/runbook.md, with their addresses. Callers: the topology, and the tests of it.

/** The zones, each a bridge of the wall's with the wall's address in it. The two DMZs share a network of 256 addresses. */
export const zones = {
  outside: { gateway: '198.51.100.1', prefixLength: 24, gateway6: 'fd00:1::1' },
  web: { gateway: '203.0.113.1', prefixLength: 25, gateway6: 'fd00:2::1' },
  ftp: { gateway: '203.0.113.129', prefixLength: 25, gateway6: 'fd00:3::1' },
  inside: { gateway: '10.30.0.1', prefixLength: 24, gateway6: 'fd00:4::1' },
  staff: { gateway: '10.40.0.1', prefixLength: 24, gateway6: 'fd00:5::1' },
} as const;
/** A zone's name. */
export type Zone = keyof typeof zones;

/** Where the authority of certificates is, out on the internet. */
export const acmeName = 'acme.example';

/** The machines, as docs/network.md and docs/runbook.md call them; the wall is between the others. */
export const places = {
  customer: { zone: 'outside', address: '198.51.100.10', address6: 'fd00:1::10', names: acmeName },
  'web-front': { zone: 'web', address: '203.0.113.11', address6: 'fd00:2::11', names: 'web1 portal.example' },
  'ftp-node': { zone: 'ftp', address: '203.0.113.139', address6: 'fd00:3::139', names: 'ftp1 files.example' },
  'internal-db': { zone: 'inside', address: '10.30.0.10', address6: 'fd00:4::10', names: 'db1' },
  administration: { zone: 'staff', address: '10.40.0.5', address6: 'fd00:5::5', names: 'admin1' },
  balancer: { zone: 'web', address: '203.0.113.10', address6: 'fd00:2::10', names: 'balancer1' },
  'web-front-2': { zone: 'web', address: '203.0.113.12', address6: 'fd00:2::12', names: 'web2' },
  'ftp-node-2': {
    zone: 'ftp',
    address: '203.0.113.140',
    address6: 'fd00:3::140',
    names: 'ftp2 files2.example',
  },
  'internal-db-2': { zone: 'inside', address: '10.30.0.11', address6: 'fd00:4::11', names: 'db2' },
} as const satisfies Record<string, { zone: Zone; address: string; address6: string; names: string }>;
/** A machine's place. */
export type Place = keyof typeof places;
/** The wall, or a machine. */
export type PlaceOrWall = Place | 'wall';
/** One machine of each kind, as the runbook's first chapters need them. */
export const oneOfEach = ['customer', 'web-front', 'ftp-node', 'internal-db', 'administration'] as const;
/** All of them. */
export const allPlaces = Object.keys(places) as readonly Place[];

/** Where one machine reaches another, by IPv4 or IPv6; the wall, at its address in the machine's zone. */
export function addressFrom(from: PlaceOrWall, to: PlaceOrWall, family: 4 | 6): string {
  if (to !== 'wall') return family === 4 ? places[to].address : places[to].address6;
  if (from === 'wall') throw new Error('The wall reaches itself by its loopback address.');
  const { gateway, gateway6 } = zones[places[from].zone];
  return family === 4 ? gateway : gateway6;
}

/** Whose address it is. */
export function placeOfAddress(address: string): PlaceOrWall {
  const ofWall = Object.values(zones).flatMap(({ gateway, gateway6 }): string[] => [gateway, gateway6]);
  if (ofWall.includes(address)) return 'wall';
  const found = allPlaces.find((place) =>
    [places[place].address, places[place].address6].some((own) => own === address),
  );
  if (found === undefined) throw new Error(`Nobody has the address ${address}.`);
  return found;
}
