// A node's own part of a version: its sections, opened with its key and checked. No socket and no file is touched.
// Caller: the shell, when it starts and when it stages a version. Trusts that the manifest's signatures were verified.
import type { KeyBag } from '../../key-bag.ts';
import type { NodeRole } from '../../node-config.ts';
import type { NodeKeys } from '../../node-keys.ts';
import { compileSchema, SchemaError, Type, strictObject } from '../../schema.ts';
import { NodeIdentity, type SettingsOf } from '../../settings/cluster-configuration.ts';
import { completeSettings } from '../../settings/complete-settings.ts';
import { readBagSection } from './bag-section.ts';
import { ConfigurationError } from '../configuration-error.ts';
import type { Invitation, Manifest, ManifestMember, SealedSection } from './manifest.ts';
import { openSection } from './section.ts';
import { bagSectionId, invitationSectionId, placeKey } from './section-list.ts';

/** The secret of a ticket, raw, base64url: 32 bytes. */
export const InvitationSecret = strictObject({ secret: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }) });

const identityCheck = compileSchema('identity', NodeIdentity);
const secretCheck = compileSchema('invitation', InvitationSecret);

/** An invitation that this node is the contact of, with the ticket's secret. */
export interface OpenInvitation extends Invitation {
  readonly secret: string;
}

/** A node's own part of a version, in clear. */
export interface NodeSections<R extends NodeRole> {
  readonly member: ManifestMember;
  readonly settings: SettingsOf<R>;
  readonly identity: NodeIdentity;
  /** One for each link of which this node is an end; in memory only. */
  readonly bags: readonly KeyBag[];
  readonly invitations: readonly OpenInvitation[];
}

/** What to open, and as whom: `sections` may be the whole block or this node's alone. */
export interface NodeSectionsRequest<R extends NodeRole> {
  readonly manifest: Manifest;
  readonly sections: readonly SealedSection[];
  readonly keys: NodeKeys;
  readonly role: R;
}

/** Opens one of this node's sections, by its id. */
type OpenById = (id: string) => Promise<unknown>;

/**
 * Opens and checks them all. Throws ConfigurationError `not_a_member`, `missing_section`, `damaged_section`,
 * `foreign_section` or `settings_invalid`.
 */
export async function openNodeSections<R extends NodeRole>(
  request: NodeSectionsRequest<R>,
): Promise<NodeSections<R>> {
  const { manifest, keys, role } = request;
  const member = manifest.members.find(({ id }) => id === keys.id);
  if (!member || member.role !== role || member.sealingKey !== keys.sealing.raw)
    throw new ConfigurationError(
      'not_a_member',
      `Version ${manifest.seq} has no ${role} with this node's keys.`,
    );
  const open = sectionOpener(request);
  const settings = checkSettings(role, await open('settings'));
  assertDialable(manifest, member, settings);
  return {
    member,
    settings,
    identity: await openIdentity(open),
    bags: await openBags(manifest, keys.id, open),
    invitations: await openInvitations(manifest, keys.id, open),
  };
}

function sectionOpener({ manifest, sections, keys }: NodeSectionsRequest<NodeRole>): OpenById {
  const byPlace = new Map(sections.map((section) => [placeKey(section), section]));
  const references = new Map(manifest.sections.map((reference) => [placeKey(reference), reference]));
  return async (id) => {
    const key = placeKey({ recipient: keys.id, id });
    const [section, reference] = [byPlace.get(key), references.get(key)];
    if (!section || !reference)
      throw new ConfigurationError(
        'missing_section',
        `The section ${id} of this node is missing in the block.`,
      );
    const { cluster } = manifest;
    return openSection({ cluster, privateKey: keys.sealing.privateKey, section, reference });
  };
}

function checkSettings<R extends NodeRole>(role: R, value: unknown): SettingsOf<R> {
  try {
    return completeSettings(role, value);
  } catch (cause) {
    if (!(cause instanceof SchemaError)) throw cause;
    throw new ConfigurationError(
      'settings_invalid',
      `This node's settings can't be used: ${cause.message}.`,
      { cause },
    );
  }
}

function assertDialable(manifest: Manifest, member: ManifestMember, settings: SettingsOf<NodeRole>): void {
  for (const { peer } of settings.links.dial) {
    const id = manifest.members.find(({ name }) => name === peer)?.id;
    if (!manifest.links.some(({ from, to }) => from === member.id && to === id))
      throw new ConfigurationError(
        'settings_invalid',
        `${member.name} is to dial ${peer}, to which it has no link.`,
      );
  }
}

async function openIdentity(open: OpenById): Promise<NodeIdentity> {
  const identity = await open('identity');
  if (identityCheck.matches(identity)) return identity;
  throw new ConfigurationError('damaged_section', 'The section identity holds no certificate and keys.');
}

async function openBags(manifest: Manifest, self: string, open: OpenById): Promise<KeyBag[]> {
  const mine = manifest.links.filter(({ from, to }) => from === self || to === self);
  return Promise.all(
    mine.map(async ({ from, to, accept, send }) => {
      const generations = await Promise.all(
        accept.map(async (number) => readBagSection(await open(bagSectionId(from, to, number)), number)),
      );
      return { cluster: manifest.cluster, from, to, sendGeneration: send, generations };
    }),
  );
}

async function openInvitations(manifest: Manifest, self: string, open: OpenById): Promise<OpenInvitation[]> {
  const mine = manifest.invitations.filter(({ contact }) => contact === self);
  return Promise.all(
    mine.map(async (invitation) => {
      const content = await open(invitationSectionId(invitation.ticket));
      if (!secretCheck.matches(content))
        throw new ConfigurationError(
          'damaged_section',
          `The invitation for ${invitation.name} holds no secret.`,
        );
      return { ...invitation, secret: content.secret };
    }),
  );
}
