// Operations about the machines: nodes with links, bags and storage, live sessions, bans.
import { AtMs, Bytes, Slug } from '#commlink/methods/fields.ts';
import { StatusReport } from '#commlink/methods/status-report.ts';
import { Type, strictObject } from '#commlink/schema.ts';
import { readMachines } from '../operations/read-machines.ts';
import { Nullable } from './operation-schemas.ts';
import { ofCommand, operation, type Operation } from './operation.ts';

const tag = 'machines';
const { counts: _counts, pendingOrders: _pendingOrders, ...machines } = StatusReport.properties;
const Generation = Type.Integer();

const FileSum = strictObject({ fileCount: Type.Integer({ minimum: 0 }), sizeBytes: Bytes });

const nodes = operation({
  id: 'listNodes',
  route: 'GET /nodes',
  summary:
    'Delivery nodes with what their storerooms hold, members of the cluster, links, key bags with their generations, and storage',
  tag,
  action: 'read',
  params: strictObject({}),
  result: strictObject({
    status: strictObject(machines),
    bags: Type.Array(
      strictObject({
        from: Slug,
        to: Slug,
        send: Generation,
        accept: Type.Array(Generation),
        sendSinceMs: AtMs,
        dueAtMs: Nullable(AtMs),
        inUse: Type.Array(strictObject({ generation: Generation, count: Type.Integer() })),
      }),
    ),
    storage: Type.Array(strictObject({ product: Slug, fileCount: Type.Integer(), sizeBytes: Bytes })),
    /** What each FTP node holds; `freeBytes` is null while it is not heard. */
    storerooms: Type.Array(
      strictObject({
        node: Slug,
        fetched: FileSum,
        staged: FileSum,
        lostCount: Type.Integer({ minimum: 0 }),
        freeBytes: Nullable(Bytes),
      }),
    ),
    /** Null for PostgreSQL, of whose disk nothing is known. */
    databaseFreeBytes: Nullable(Bytes),
    stateFreeBytes: Bytes,
  }),
  run: async ({ context, facts }) => {
    const { status, bags, storage, storerooms, ...disk } = await readMachines(context, facts);
    return {
      status,
      bags: bags.map(({ accept, inUse, ...bag }) => ({ ...bag, accept: [...accept], inUse: [...inUse] })),
      storage: [...storage],
      storerooms: [...storerooms],
      databaseFreeBytes: disk.databaseEngine === 'sqlite' ? disk.stateFreeBytes : null,
      stateFreeBytes: disk.stateFreeBytes,
    };
  },
});

/** The rows. */
export const machineOperations: readonly Operation[] = [
  nodes,
  ofCommand('session.list', {
    id: 'listSessions',
    route: 'GET /sessions',
    summary: 'Who is connected to the delivery nodes now, and what is transferred',
    tag,
    action: 'read',
    fails: [404],
  }),
  ofCommand('session.cut', {
    id: 'cutSession',
    route: 'POST /sessions/:session/cut',
    summary: 'End a session',
    tag,
    action: 'session.cut',
  }),
  ofCommand('ban.list', {
    id: 'listBans',
    route: 'GET /bans',
    summary: 'Networks that may not log in, the newest first, and nodes that do not know of all yet',
    tag,
    action: 'read',
  }),
  ofCommand('ban.add', {
    id: 'addBan',
    route: 'POST /bans',
    summary: 'Ban a network everywhere; what it was banned for before is replaced',
    tag,
    action: 'ban.write',
    status: 201,
    fails: [422],
  }),
  ofCommand('ban.lift', {
    id: 'liftBan',
    route: 'POST /bans/lift',
    summary: 'Lift a ban, and forget the network’s failed logins',
    tag,
    action: 'ban.write',
    fails: [404, 422],
  }),
];
