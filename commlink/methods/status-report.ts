// What internal-db says of itself, its links, its cluster and the delivery nodes: the answer to `status` in adminMethods,
// shown by `consign status` and the console's overview.
import { NodeRole } from '../node-config.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { AtMs, Bytes, Line, NodeId, Slug } from './fields.ts';
import { ftpNodeMethods } from './ftp-node-methods.ts';
import { MemberStatus } from './operator-methods.ts';

const Nullable = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) =>
  Type.Union([schema, Type.Null()]);

/** The report. */
export const StatusReport = strictObject({
  version: Type.String(),
  pid: Type.Integer(),
  startedAtMs: AtMs,
  database: strictObject({
    engine: Line,
    schemaVersion: Type.Integer(),
    sizeBytes: Bytes,
    integrity: Line,
    /** Whether this internal-db does the work that one does for all. */
    leads: Type.Boolean(),
  }),
  counts: Type.Record(Type.String(), Type.Integer()),
  links: Type.Array(
    strictObject({
      peer: Slug,
      role: Line,
      id: NodeId,
      connections: Type.Integer(),
      generations: Type.Array(Type.Integer()),
      connectedAtMs: Nullable(AtMs),
    }),
  ),
  /** The cluster's configuration as internal-db sees it; null before it takes part. Versions as they are shown. */
  cluster: Nullable(
    strictObject({
      name: Slug,
      installed: Type.String(),
      candidate: Nullable(Type.String()),
      members: Type.Array(
        strictObject({
          name: Slug,
          role: NodeRole,
          state: MemberStatus.properties.state,
          heardAgoMs: MemberStatus.properties.heardAgoMs,
          installed: Nullable(Type.String()),
          phase: MemberStatus.properties.phase,
          declining: Type.Boolean(),
        }),
      ),
    }),
  ),
  nodes: Type.Array(
    strictObject({
      node: NodeId,
      name: Slug,
      via: Slug,
      description: ftpNodeMethods['node.describe'].result,
    }),
  ),
  pendingOrders: Type.Integer(),
});
export type StatusReport = Static<typeof StatusReport>;
