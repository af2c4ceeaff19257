// What the operator's command line may ask of internal-db over its administration socket (Unix, 0600): the socket's
// file permissions are the authentication. `actor` names the person for the audit log.
import { method } from '../method-table.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { catalogAdminMethods } from './catalog-admin-methods.ts';
import {
  AtMs,
  Bytes,
  Delivery,
  DeliveryState,
  Download,
  FileName,
  Id,
  Line,
  RefusalReason,
  ReleaseState,
  Secret,
  Sha256,
  Slug,
  Version,
} from './fields.ts';
import { Entitlement, StaffRole } from './administration-fields.ts';
import { DeliveryCredentials } from './delivery-methods.ts';
import { SshKey } from './internal-db-methods.ts';
import { NodeEndpoints, StagingFailure } from './ftp-node-methods.ts';
import { fleetMetadataMethods } from './fleet-metadata-methods.ts';
import { fleetAdminMethods } from './fleet-admin-methods.ts';
import { fleetSetupMethods } from './fleet-setup-methods.ts';
import { fleetWatchMethods } from './fleet-watch-methods.ts';
import { guardMethods } from './guard-methods.ts';
import { EmailAddress, Language, UserRole } from './people-fields.ts';
import { peopleAdminMethods } from './people-admin-methods.ts';
import { placeMethods } from './place-methods.ts';
import { rolloutAdminMethods } from './rollout-admin-methods.ts';
import { staffMethods } from './staff-methods.ts';
import { staffTokenMethods } from './staff-token-methods.ts';
import { StatusReport } from './status-report.ts';
import { uploadMethods } from './upload-methods.ts';
import { webhookMethods } from './webhook-methods.ts';

const Actor = Type.String({ minLength: 1, maxLength: 128 });
const Title = Type.String({ minLength: 1, maxLength: 200 });
const Nullable = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) =>
  Type.Union([schema, Type.Null()]);
const Range = Type.String({ minLength: 1, maxLength: 200 });
const Reason = Type.String({ minLength: 1, maxLength: 500 });
const PageMax = Type.Integer({ minimum: 1, maximum: 1000 });

/** A customer organization. */
export const Account = strictObject({
  id: Id,
  name: Slug,
  displayName: Line,
  state: Type.Union([Type.Literal('active'), Type.Literal('suspended')]),
  createdAtMs: AtMs,
});
export type Account = Static<typeof Account>;

/** One entry of the audit log. `hash` covers the entry and the previous entry's hash. */
export const AuditEntry = strictObject({
  sequence: Type.Integer({ minimum: 1 }),
  atMs: AtMs,
  actor: Line,
  action: Type.String({ maxLength: 64 }),
  subject: Line,
  detail: Type.String({ maxLength: 8192 }),
  hash: Sha256,
});
export type AuditEntry = Static<typeof AuditEntry>;

/** One entitlement as the decision saw it. */
export const EntitlementFinding = strictObject({
  entitlement: Entitlement,
  admits: Type.Boolean(),
  reason: Nullable(RefusalReason),
  explanation: Line,
});

const PublishedFile = strictObject({ name: FileName, sizeBytes: Bytes, sha256: Sha256 });

const caller = { callers: ['operator'] as const, deadlineMs: 30_000 };
const read = { ...caller, mutates: false };
const write = { ...caller, mutates: true };

/** The table. Unknown names are the RpcError `not_found`, names taken `conflict`; messages are fit for a terminal. */
export const adminMethods = {
  ...rolloutAdminMethods,
  ...fleetAdminMethods,
  ...fleetSetupMethods,
  ...fleetWatchMethods,
  ...fleetMetadataMethods,
  ...guardMethods,
  ...webhookMethods,
  ...uploadMethods,
  ...catalogAdminMethods,
  ...staffMethods,
  ...staffTokenMethods,
  ...peopleAdminMethods,
  ...placeMethods,
  status: method({ ...read, params: strictObject({}), result: StatusReport }),
  'account.create': method({
    ...write,
    params: strictObject({ actor: Actor, name: Slug, displayName: Title }),
    result: strictObject({ account: Account }),
  }),
  'account.list': method({
    ...read,
    params: strictObject({}),
    result: strictObject({ accounts: Type.Array(Account) }),
  }),
  /** Without a password one is made and returned once. */
  'user.create': method({
    ...write,
    params: strictObject({
      actor: Actor,
      account: Slug,
      name: Slug,
      displayName: Title,
      password: Nullable(Type.String({ minLength: 10, maxLength: 256 })),
      /** Without them: an owner, without an address, English. */
      role: Type.Optional(UserRole),
      email: Type.Optional(Nullable(EmailAddress)),
      language: Type.Optional(Language),
    }),
    result: strictObject({
      id: Id,
      account: Slug,
      name: Slug,
      displayName: Line,
      password: Nullable(Secret),
    }),
  }),
  'sshKey.list': method({
    ...read,
    params: strictObject({ user: Slug }),
    result: strictObject({ keys: Type.Array(SshKey, { maxItems: 200 }) }),
  }),
  'sshKey.remove': method({
    ...write,
    params: strictObject({ actor: Actor, user: Slug, id: Id, reason: Reason }),
    result: strictObject({ removed: Type.Literal(true) }),
  }),
  'product.create': method({
    ...write,
    params: strictObject({
      actor: Actor,
      name: Slug,
      title: Title,
      description: Type.String({ maxLength: 4000 }),
    }),
    result: strictObject({ id: Id, name: Slug, title: Line, description: Type.String() }),
  }),
  'product.list': method({
    ...read,
    params: strictObject({}),
    result: strictObject({
      products: Type.Array(
        strictObject({
          name: Slug,
          title: Line,
          releases: Type.Array(
            strictObject({
              version: Version,
              channel: Slug,
              state: ReleaseState,
              fileCount: Type.Integer(),
              sizeBytes: Bytes,
            }),
          ),
        }),
      ),
    }),
  }),
  /**
   * Refuses what can't be published before any byte is sent: unknown product, bad version, no room. `present` are those
   * of the files that the release has already: the same bytes may be sent again, to put a lost artifact back.
   */
  'release.preflight': method({
    ...read,
    params: strictObject({
      product: Slug,
      version: Version,
      files: Type.Array(FileName, { minItems: 1, maxItems: 500 }),
    }),
    result: strictObject({
      exists: Type.Boolean(),
      channel: Nullable(Slug),
      state: Nullable(ReleaseState),
      present: Type.Array(PublishedFile),
      /** Whether new files are to be kept by internal-db, as the settings say. */
      keepOriginals: Type.Boolean(),
    }),
  }),
  /** Records a release whose files are already in a storeroom; adds files when the release exists. All or nothing. */
  'release.publish': method({
    ...write,
    params: strictObject({
      actor: Actor,
      product: Slug,
      version: Version,
      channel: Slug,
      draft: Type.Boolean(),
      files: Type.Array(
        strictObject({
          name: FileName,
          sizeBytes: Bytes,
          sha256: Sha256,
          platform: Nullable(Type.String({ minLength: 1, maxLength: 64 })),
          mediaType: Type.String({ maxLength: 128 }),
        }),
        { minItems: 1, maxItems: 500 },
      ),
    }),
    result: strictObject({
      product: Slug,
      version: Version,
      channel: Slug,
      state: ReleaseState,
      files: Type.Array(PublishedFile),
    }),
  }),
  /** The files of one release. */
  'release.files': method({
    ...read,
    params: strictObject({ product: Slug, version: Version }),
    result: strictObject({
      /** `isKept`: by internal-db, so that a storeroom that lacks it can fetch it. */
      files: Type.Array(strictObject({ ...PublishedFile.properties, isKept: Type.Boolean() })),
    }),
  }),
  /** draft to published, published to withdrawn, and back. Withdrawing ends its deliveries. */
  'release.setState': method({
    ...write,
    params: strictObject({
      actor: Actor,
      product: Slug,
      version: Version,
      state: ReleaseState,
      reason: Reason,
    }),
    result: strictObject({ product: Slug, version: Version, state: ReleaseState }),
  }),
  'entitlement.grant': method({
    ...write,
    params: strictObject({
      actor: Actor,
      account: Slug,
      product: Slug,
      versions: Range,
      channels: Nullable(Type.Array(Slug, { minItems: 1, maxItems: 20 })),
      notBeforeMs: Nullable(AtMs),
      notAfterMs: Nullable(AtMs),
      downloadsMax: Nullable(Type.Integer({ minimum: 1 })),
      licenceAgreement: Nullable(Slug),
      reason: Reason,
    }),
    result: strictObject({
      entitlement: Entitlement,
      /** The licence agreement asked for, where it has no text in force: nobody can accept it yet. */
      missingAgreement: Nullable(Slug),
    }),
  }),
  /** Revokes, and within a second unstages what it alone allowed and cuts the running transfers. */
  'entitlement.revoke': method({
    ...write,
    params: strictObject({ actor: Actor, entitlement: Id, reason: Reason }),
    result: strictObject({
      entitlement: Entitlement,
      endedDeliveries: Type.Array(Id),
      /** Transfers cut at nodes that answered; `pendingNodes` have not yet, and get the order when they are back. */
      cutTransferCount: Type.Integer(),
      pendingNodes: Type.Array(Slug),
    }),
  }),
  'entitlement.list': method({
    ...read,
    params: strictObject({ account: Nullable(Slug) }),
    result: strictObject({ entitlements: Type.Array(Entitlement) }),
  }),
  /** Why, or why not: the decision for each file in question, with every entitlement that was weighed. */
  'entitlement.explain': method({
    ...read,
    params: strictObject({
      account: Slug,
      product: Slug,
      version: Nullable(Version),
      file: Nullable(FileName),
      atMs: Nullable(AtMs),
    }),
    result: strictObject({
      account: Slug,
      product: Slug,
      atMs: AtMs,
      decisions: Type.Array(
        strictObject({
          version: Nullable(Version),
          file: Nullable(FileName),
          allowed: Type.Boolean(),
          reason: Nullable(RefusalReason),
          explanation: Line,
          entitlement: Nullable(Id),
          findings: Type.Array(EntitlementFinding),
        }),
      ),
    }),
  }),
  /** Decides as for a customer, then stages through a web-front; `later`: by itself, when the file has come to the node. */
  'delivery.stage': method({
    ...write,
    params: strictObject({
      actor: Actor,
      account: Slug,
      product: Slug,
      version: Version,
      file: FileName,
      lifetimeMs: Nullable(Type.Integer({ minimum: 1000, maximum: 366 * 86_400_000 })),
    }),
    result: Type.Union([
      strictObject({
        staged: Type.Union([Type.Literal(true), Type.Literal('later')]),
        delivery: Delivery,
        credentials: DeliveryCredentials,
        endpoints: NodeEndpoints,
      }),
      strictObject({
        staged: Type.Literal(false),
        reason: Type.Union([RefusalReason, StagingFailure]),
        explanation: Line,
      }),
    ]),
  }),
  'delivery.cancel': method({
    ...write,
    params: strictObject({ actor: Actor, delivery: Id, reason: Reason }),
    result: strictObject({ delivery: Delivery }),
  }),
  'delivery.list': method({
    ...read,
    params: strictObject({ account: Nullable(Slug), state: Nullable(DeliveryState), limit: PageMax }),
    result: strictObject({ deliveries: Type.Array(Delivery) }),
  }),
  'download.list': method({
    ...read,
    params: strictObject({ account: Nullable(Slug), limit: PageMax }),
    result: strictObject({ downloads: Type.Array(Download) }),
  }),
  'staff.create': method({
    ...write,
    params: strictObject({
      actor: Actor,
      name: Slug,
      displayName: Title,
      role: StaffRole,
      password: Nullable(Type.String({ minLength: 10, maxLength: 256 })),
    }),
    result: strictObject({ id: Id, name: Slug, role: StaffRole, password: Nullable(Secret) }),
  }),
  'audit.list': method({
    ...read,
    params: strictObject({ afterSequence: Type.Integer({ minimum: 0 }), limit: PageMax }),
    result: strictObject({ entries: Type.Array(AuditEntry) }),
  }),
  /** Recomputes the whole chain. `brokenAt` is the first sequence number that does not fit. */
  'audit.verify': method({
    ...read,
    deadlineMs: 600_000,
    params: strictObject({}),
    result: strictObject({
      intact: Type.Boolean(),
      entryCount: Type.Integer(),
      headHash: Nullable(Sha256),
      brokenAt: Nullable(Type.Integer()),
      explanation: Line,
    }),
  }),
} as const;
