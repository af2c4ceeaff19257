// What every node offers every other over the commlink, whatever their roles: version messages, and the blocks of
// versions that it has. A machine that joins may, with its ticket, do no more than ask to be let in and fetch its block.
import { ClusterVersion } from '../configuration/protocol/cluster-version.ts';
import { SealedSection, SectionReference, SignedManifest } from '../configuration/blocks/manifest.ts';
import { JoinRequest } from '../configuration/protocol/version-message.ts';
import { method } from '../method-table.ts';
import { Type, strictObject } from '../schema.ts';
import { SignedText } from './fields.ts';

const nodes = ['web-front', 'internal-db', 'ftp-node'] as const;
const fromNode = { callers: nodes, deadlineMs: 10_000 };
const fromAnyone = { callers: [...nodes, 'joiner'] as const, deadlineMs: 10_000 };

/** Sections in one answer: the largest still fit a line. */
export const sectionsPerPullMax = 64;
/** Manifests in one answer. */
export const manifestsPerPullMax = 16;

/** The table. A version that the node does not have (any more) is the RpcError `not_found`. */
export const configurationMethods = {
  /** Version messages, of the caller or relayed by it; each signed by its origin. Unknown origins are dropped, counted. */
  'config.message': method({
    ...fromNode,
    mutates: true,
    params: strictObject({ messages: Type.Array(SignedText, { minItems: 1, maxItems: 64 }) }),
    result: strictObject({}),
  }),
  /** The signed manifests that lead from (not including) `after` to `version`, oldest first: the first ones, if many. */
  'config.manifests': method({
    ...fromAnyone,
    mutates: false,
    params: strictObject({ after: Type.Union([ClusterVersion, Type.Null()]), version: ClusterVersion }),
    result: strictObject({ manifests: Type.Array(SignedManifest, { maxItems: manifestsPerPullMax }) }),
  }),
  /** Sections of a version's block. Those that are too many for one line are left out: ask again for them. */
  'config.sections': method({
    ...fromAnyone,
    mutates: false,
    params: strictObject({
      version: ClusterVersion,
      sections: Type.Array(SectionReference, { minItems: 1, maxItems: sectionsPerPullMax }),
    }),
    result: strictObject({ sections: Type.Array(SealedSection, { maxItems: sectionsPerPullMax }) }),
  }),
  /**
   * Asks to be let in; repeated until `version` names one that has the caller as a member, whose block it may then pull.
   * RpcError `refused` says why not: ticket expired, or used by another key.
   */
  'config.join': method({
    callers: ['joiner'],
    deadlineMs: 10_000,
    mutates: true,
    params: JoinRequest,
    result: strictObject({ version: Type.Union([ClusterVersion, Type.Null()]) }),
  }),
} as const;
