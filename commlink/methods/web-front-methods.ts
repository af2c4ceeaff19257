// What a web-front offers: to ftp-nodes, a relay towards internal-db; to internal-db, a relay towards ftp-nodes.
// It reads nothing of what it relays: the documents are signed, and credentials are sealed, end to end.
import { method } from '../method-table.ts';
import { Type, strictObject } from '../schema.ts';
import { NodeId, SignedText, Slug } from './fields.ts';
import { ApplianceUid } from './fleet-methods.ts';
import { ftpNodeMethods } from './ftp-node-methods.ts';
import { relayedMessages } from './internal-db-methods.ts';

const fromNode = { callers: ['ftp-node'] as const, deadlineMs: 15_000 };
const fromInternalDb = { callers: ['internal-db'] as const, deadlineMs: 15_000 };

/** The table. A node that is not linked is the RpcError `unavailable`. */
export const webFrontMethods = {
  /** A login that is sealed to one internal-db; `unavailable` or `disconnected` when that one is away. */
  'relay.login': method({
    ...fromNode,
    mutates: true,
    admits: true,
    params: strictObject({ ...relayedMessages.login.params.properties, internalDb: NodeId }),
    result: relayedMessages.login.result,
  }),
  'relay.report': method({ ...fromNode, mutates: true, ...relayedMessages.report }),
  'relay.reconcile': method({ ...fromNode, mutates: true, ...relayedMessages.reconcile }),
  /** From internal-db, or from another ftp-node (`source`) that has it too. */
  'relay.artifact': method({
    ...fromNode,
    mutates: false,
    params: strictObject({
      ...relayedMessages.artifact.params.properties,
      source: Type.Optional(NodeId),
    }),
    result: relayedMessages.artifact.result,
  }),
  'relay.stage': method({
    ...fromInternalDb,
    mutates: true,
    admits: true,
    params: strictObject({ node: NodeId, grant: SignedText }),
    result: ftpNodeMethods['delivery.stage'].result,
  }),
  'relay.unstage': method({
    ...fromInternalDb,
    mutates: true,
    params: strictObject({ node: NodeId, order: SignedText }),
    result: ftpNodeMethods['delivery.unstage'].result,
  }),
  'relay.bans': method({
    ...fromInternalDb,
    mutates: true,
    params: strictObject({ node: NodeId, list: SignedText }),
    result: ftpNodeMethods['bans.replace'].result,
  }),
  'relay.sessions': method({
    ...fromInternalDb,
    mutates: false,
    params: strictObject({ node: NodeId, account: Type.Union([Slug, Type.Null()]) }),
    result: ftpNodeMethods['sessions.list'].result,
  }),
  'relay.cut': method({
    ...fromInternalDb,
    mutates: true,
    params: strictObject({ node: NodeId, order: SignedText }),
    result: ftpNodeMethods['sessions.cut'].result,
  }),
  'relay.hold': method({
    ...fromInternalDb,
    mutates: true,
    params: strictObject({ node: NodeId, order: SignedText }),
    result: ftpNodeMethods['artifacts.hold'].result,
  }),
  /** Calls an appliance that waits here; `waited` false: it does not. */
  'relay.ping': method({
    ...fromInternalDb,
    mutates: false,
    params: strictObject({ uid: ApplianceUid }),
    result: strictObject({ waited: Type.Boolean() }),
  }),
  /** The ftp-nodes that this web-front has a live link to, with their public endpoints and health. */
  'relay.nodes': method({
    ...fromInternalDb,
    mutates: false,
    params: strictObject({}),
    result: strictObject({
      nodes: Type.Array(
        strictObject({ node: NodeId, name: Slug, description: ftpNodeMethods['node.describe'].result }),
        { maxItems: 500 },
      ),
    }),
  }),
} as const;
