// What the operator's command line may ask about customers' people: the part of the administration's table that belongs to
// members and second factors. Spread into adminMethods.
import { method } from '../method-table.ts';
import { Type, strictObject } from '../schema.ts';
import { Slug } from './fields.ts';
import { pageParams, pageResult } from './paging.ts';
import { EmailAddress, Language, UserRole } from './people-fields.ts';
import { Invitation, Member, openInvitationsMax } from './people-methods.ts';

const Actor = Type.String({ minLength: 1, maxLength: 128 });
const Reason = Type.String({ minLength: 1, maxLength: 500 });
const write = { callers: ['operator'] as const, deadlineMs: 30_000, mutates: true };

/** The rows. RpcError `not_found`, `conflict`, `refused` with messages fit for a terminal. */
export const peopleAdminMethods = {
  /** An account's members by name, in pages; the first one has the open invitations, too. */
  'user.list': method({
    ...write,
    mutates: false,
    params: strictObject({ account: Slug, ...pageParams }),
    result: strictObject({
      members: Type.Array(Member, { maxItems: 100 }),
      invitations: Type.Array(Invitation, { maxItems: openInvitationsMax }),
      ...pageResult,
    }),
  }),
  /** Mails an invitation, in the vendor's name. */
  'user.invite': method({
    ...write,
    params: strictObject({
      actor: Actor,
      account: Slug,
      email: EmailAddress,
      role: UserRole,
      language: Language,
    }),
    result: strictObject({ invitation: Invitation }),
  }),
  /** Mails somebody the link by which a forgotten password is set anew; the one that there is works until then. */
  'user.sendReset': method({
    ...write,
    params: strictObject({ actor: Actor, user: Slug, reason: Reason }),
    result: strictObject({ email: EmailAddress }),
  }),
  /** Takes all second factors of somebody who has lost them, and ends its sessions; the password stays. */
  'user.resetSecondFactor': method({
    ...write,
    params: strictObject({ actor: Actor, user: Slug, reason: Reason }),
    result: strictObject({ had: Type.Boolean() }),
  }),
} as const;
