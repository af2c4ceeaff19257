// Letting one new machine ask to join, and no longer letting it. The ticket's secret is sealed to the contact node alone.
// Callers: `consign node invite`, and the launcher for its own nodes.
import { ConfigurationError } from '../configuration/configuration-error.ts';
import type { Invitation } from '../configuration/blocks/manifest.ts';
import { composeVersion } from './compose-version.ts';
import type { Draft, Edition } from './draft.ts';

/** The invitation, and the secret of its ticket (join-ticket.ts makes both). */
export interface InvitationChange {
  readonly invitation: Invitation;
  readonly secret: string;
}

/**
 * Opens an invitation. A name that a member has is that member's replacement, which must have its role. Throws
 * ConfigurationError `not_a_successor`, or `malformed` for a contact that is no active member.
 */
export async function composeInvitation(
  edition: Edition,
  { invitation, secret }: InvitationChange,
): Promise<Draft> {
  const { invitations, members } = edition.installed.manifest;
  const { name, role, ticket, contact } = invitation;
  const replaced = members.find((member) => member.name === name);
  if (replaced && replaced.role !== role)
    throw new ConfigurationError(
      'not_a_successor',
      `${name} is a member already, in the role ${replaced.role} and not ${role}.`,
    );
  if (replaced?.id === contact)
    throw new ConfigurationError('not_a_successor', `${name} can't be the contact for its own replacement.`);
  return composeVersion(edition, {
    invitations: [...invitations, invitation],
    ticketSecrets: new Map([[ticket, secret]]),
  });
}
