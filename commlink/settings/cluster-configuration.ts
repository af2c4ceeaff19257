// The configuration of a whole cluster, as operators see and edit it: a policy for all, and each node's settings. It
// holds no key. It travels sealed to the operators; each node gets its own part, sealed to it.
// Callers: commlink/operator/, which makes blocks of it, and the command line.
import { Slug } from '../methods/fields.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { FtpNodeSettings } from './ftp-node-settings.ts';
import { InternalDbSettings } from './internal-db-settings.ts';
import { WebFrontSettings } from './web-front-settings.ts';

/** What holds for every node alike; it stands in the manifest, which is not secret. Durations are milliseconds. */
export const ClusterPolicy = strictObject({
  /** How often each node sends its version message; it also does at each change. */
  messageIntervalMs: Type.Integer({ minimum: 50, maximum: 60_000 }),
  /** Whether nodes decline client requests from READY on, or as soon as they identify a new version. */
  decline: Type.Union([Type.Literal('ready'), Type.Literal('identify')]),
  /** How long a client's request is held back for an install before it is told to come again; 0 tells at once. */
  patienceMs: Type.Integer({ minimum: 0, maximum: 30_000 }),
  /** When the key bags are due for rotation; null leaves it to the operator. */
  rotateEveryDays: Type.Union([Type.Integer({ minimum: 1, maximum: 3650 }), Type.Null()]),
});
export type ClusterPolicy = Static<typeof ClusterPolicy>;

/** What holds when nothing else was published. */
export const defaultClusterPolicy: ClusterPolicy = {
  messageIntervalMs: 2000,
  decline: 'ready',
  patienceMs: 3000,
  rotateEveryDays: 30,
};

/** The settings by role. */
export const roleSettings = {
  'internal-db': InternalDbSettings,
  'web-front': WebFrontSettings,
  'ftp-node': FtpNodeSettings,
} as const;

/** The settings of a node of role R. */
export type SettingsOf<R extends keyof typeof roleSettings> = Static<(typeof roleSettings)[R]>;

/** One node's entry. */
export const NodeEntry = Type.Union([
  strictObject({ role: Type.Literal('internal-db'), settings: InternalDbSettings }),
  strictObject({ role: Type.Literal('web-front'), settings: WebFrontSettings }),
  strictObject({ role: Type.Literal('ftp-node'), settings: FtpNodeSettings }),
]);
export type NodeEntry = Static<typeof NodeEntry>;

/** The whole: policy, and nodes by name. */
export const ClusterConfiguration = strictObject({
  policy: ClusterPolicy,
  nodes: Type.Record(Slug, NodeEntry),
});
export type ClusterConfiguration = Static<typeof ClusterConfiguration>;

/** What only the node itself may know beside its bags: certificate and host keys. PEM texts. */
export const NodeIdentity = strictObject({
  /** The certificate chain that clients see, and its private key. */
  certificate: Type.String({ minLength: 1, maxLength: 65_536 }),
  privateKey: Type.String({ minLength: 1, maxLength: 16_384 }),
  /** The authority that issued it, when customers' machines do not know it. */
  authority: Type.Union([Type.String({ maxLength: 65_536 }), Type.Null()]),
  /** SSH host keys, of an ftp-node. */
  hostKeys: Type.Array(Type.String({ maxLength: 16_384 }), { maxItems: 8 }),
});
export type NodeIdentity = Static<typeof NodeIdentity>;
