// The page of an organization's people, for its owners: invite, open invitations, members with their roles. Called by
// members-routes.ts.
import type { UserRole } from '#commlink/methods/people-fields.ts';
import type { Invitation, Member } from '#commlink/methods/people-methods.ts';
import { renderSelect, renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderFold, renderNotice, renderPager, renderTag } from '#commlink/pages/components/parts.ts';
import { html, type Html, type HtmlValue } from '#commlink/pages/html.ts';
import { dayText } from '#commlink/pages/sizes-and-times.ts';
import { formTokenField, renderPage, type PageFrame, type Viewer } from '../layout.ts';
import { ownPasswordField } from './password-fields.ts';

/** What the page shows: a page of the members, and the open invitations on the first one. */
export interface MembersView {
  readonly members: readonly Member[];
  readonly invitations: readonly Invitation[];
  readonly isFirst: boolean;
  readonly next: string | null;
  /** Whether the sign-in was so long ago that the password is asked for. */
  readonly proofNeeded: boolean;
  /** The viewer's own user name. */
  readonly own: string;
  /** What was typed into the invitation that was refused. */
  readonly email: string;
  readonly role: UserRole;
  readonly refusal: string | null;
  /** Whether an invitation was just sent. */
  readonly isSent: boolean;
}

/** The page. */
export function membersPage(frame: PageFrame, viewer: Viewer, view: MembersView): string {
  const texts = frame.texts.members;
  // They come oldest first.
  const newest = view.isSent ? view.invitations.at(-1) : undefined;
  const main = html`<header class="page-head">
      <h1>${texts.title}</h1>
      <p class="lead">${texts.lead(viewer.accountName)}</p>
    </header>
    ${view.refusal === null ? null : renderNotice('bad', view.refusal)}
    ${newest ? renderNotice('good', texts.invite.sent(newest.email)) : null}
    <ul class="list">
      ${view.members.map((member) => memberRow(frame, viewer, { member, isOwn: member.name === view.own, proofNeeded: view.proofNeeded }))}
    </ul>
    ${renderPager({
      label: texts.title,
      first: view.isFirst ? null : { href: '/members', text: texts.first },
      next: view.next === null ? null : { href: `/members?after=${view.next}`, text: texts.more },
    })}
    ${view.isFirst ? invitationParts(frame, viewer, view) : null}`;
  return renderPage(frame, { title: texts.title, viewer, section: 'members', main });
}

function memberRow(
  frame: PageFrame,
  viewer: Viewer,
  { member, isOwn, proofNeeded }: { member: Member; isOwn: boolean; proofNeeded: boolean },
): Html {
  const texts = frame.texts.members;
  const facts: HtmlValue[] = [
    html`<code>${member.name}</code> · ${member.email ?? texts.noEmail} · `,
    member.lastSignInAtMs === null
      ? texts.neverSignedIn
      : html`${texts.lastSignIn} ${dayText(member.lastSignInAtMs, frame.language)}`,
    ` · ${member.hasSecondFactor ? texts.secondStep.on : texts.secondStep.off}`,
  ];
  return html`<li>
    <div>
      <p>
        <strong class="name">${member.displayName}</strong>
        ${isOwn ? html`<small>(${texts.you})</small>` : null} ${renderTag('plain', texts.roles[member.role])}
      </p>
      <p class="fine">${facts}</p>
    </div>
    ${isOwn ? null : memberForms(frame, viewer, { ...member, proofNeeded })}
  </li>`;
}

function memberForms(
  frame: PageFrame,
  viewer: Viewer,
  { id, displayName, role, proofNeeded }: Member & Pick<MembersView, 'proofNeeded'>,
): Html {
  const texts = frame.texts.members;
  const other = role === 'owner' ? 'downloader' : 'owner';
  const roleForm = html`<form class="form" method="post" action="/members/${id}/role">
    ${formTokenField(viewer)}
    <input type="hidden" name="role" value="${other}" />
    <p>${texts.roleHelp}</p>
    ${proofNeeded ? ownPasswordField({ label: frame.texts.security.password, idPrefix: `${id}-` }) : null}
    <button type="submit">${texts.makeRole[other]}</button>
  </form>`;
  const removeForm = html`<form class="form" method="post" action="/members/${id}/remove">
    ${formTokenField(viewer)}
    <p>${texts.removeHelp}</p>
    <button class="danger" type="submit">${texts.removeNamed(displayName)}</button>
  </form>`;
  return renderFold(texts.changeNamed(displayName), html`<div class="form">${roleForm} ${removeForm}</div>`);
}

function invitationParts(frame: PageFrame, viewer: Viewer, view: MembersView): Html {
  const texts = frame.texts.members;
  return html`<section aria-labelledby="invite">
      <h2 id="invite">${texts.invite.heading}</h2>
      ${inviteForm(frame, viewer, view)}
    </section>
    ${
      view.invitations.length === 0
        ? null
        : html`<section aria-labelledby="open">
            <h2 id="open">${texts.open.heading}</h2>
            <ul class="list">
              ${view.invitations.map((invitation) => invitationRow(frame, viewer, invitation))}
            </ul>
          </section>`
    }`;
}

function inviteForm(frame: PageFrame, viewer: Viewer, { email, role, proofNeeded }: MembersView): Html {
  const texts = frame.texts.members;
  const { languages } = frame.texts.account.profile;
  return html`<form class="form" method="post" action="/members" data-once>
    ${formTokenField(viewer)}
    ${renderTextField({
      name: 'email',
      type: 'email',
      label: texts.invite.email,
      value: email,
      attributes: { maxlength: 254, required: true, autocomplete: 'off' },
    })}
    ${renderSelect({
      name: 'role',
      label: texts.invite.role,
      hint: texts.roleHelp,
      value: role,
      options: [
        { value: 'downloader', text: texts.roles.downloader },
        { value: 'owner', text: texts.roles.owner },
      ],
    })}
    ${renderSelect({
      name: 'language',
      label: texts.invite.language,
      value: frame.language,
      options: [
        { value: 'en', text: languages.en },
        { value: 'de', text: languages.de },
      ],
    })}
    ${proofNeeded ? ownPasswordField({ label: frame.texts.security.password, idPrefix: 'invite-' }) : null}
    <button class="primary" type="submit">${texts.invite.button}</button>
  </form>`;
}

function invitationRow(frame: PageFrame, viewer: Viewer, invitation: Invitation): Html {
  const texts = frame.texts.members;
  const { id, email, role, invitedBy, expiresAtMs } = invitation;
  return html`<li>
    <div>
      <p><strong class="name">${email}</strong> ${renderTag('plain', texts.roles[role])}</p>
      <p class="fine">
        ${texts.open.by(invitedBy)} · ${texts.open.until} ${dayText(expiresAtMs, frame.language)}
      </p>
    </div>
    <form method="post" action="/members/invitations/${id}/withdraw">
      ${formTokenField(viewer)}
      <button class="quiet" type="submit" aria-label="${texts.open.withdrawNamed(email)}">
        ${texts.open.withdraw}
      </button>
    </form>
  </li>`;
}
