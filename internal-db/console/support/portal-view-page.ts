// The console's pages before a member of staff sees the portal as a customer does: whose portal and why, and then the link
// that leads there. Called by portal-view-routes.ts.
import { renderSelect } from '#commlink/pages/components/form-field.ts';
import { renderNotice } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import type { AccountRecord } from '../../store/accounts.ts';
import type { MemberRecord } from '../../store/people.ts';
import { formTokenField, renderPage } from '../layout.ts';
import type { StaffCaller } from '../staff-session.ts';
import { renderReason } from './parts.ts';

/** What the form shows. */
export interface ViewForm {
  readonly account: AccountRecord;
  readonly people: readonly Pick<MemberRecord, 'name' | 'displayName' | 'role'>[];
  /** Whether the customer is told; null while nobody may look. */
  readonly isTold: boolean | null;
  readonly chosen: string;
  readonly refusal: string | null;
}

const whatIsTold = {
  told: 'The customer is told, with the reason as you write it here: its owners by mail and in the portal, the person in the portal.',
  silent: 'The customer is not told; the audit log is.',
} as const;

/** Asks whose portal, and why. */
export function renderViewForm(caller: StaffCaller, view: ViewForm): string {
  const { account, people, isTold, refusal } = view;
  return renderPage({
    ...frameOf(caller, account),
    lead: 'You see what that person sees. Nothing can be changed or downloaded.',
    notice: refusal === null ? null : { kind: 'refused', text: refusal },
    content:
      isTold === null || people.length === 0 || account.state !== 'active'
        ? renderNotice('plain', html`<p>${whyNot(view)}</p>`)
        : renderForm(caller, { ...view, isTold }),
  });
}

/** The link, for a minute. */
export function renderViewLink(
  caller: StaffCaller,
  made: { account: AccountRecord; user: string; href: string; seconds: number },
): string {
  const { account, user, href, seconds } = made;
  return renderPage({
    ...frameOf(caller, account),
    lead: html`As <code>${user}</code>. The link works once, for ${seconds} seconds.`,
    content: html`<p class="fine">
        It takes the place of a customer’s session that this browser may have there.
      </p>
      <div class="actions">
        <a class="button primary" href="${href}" target="_blank" rel="noopener noreferrer">Open the portal</a>
        <a class="button" href="/accounts/${account.name}/portal">Make another link</a>
      </div>`,
  });
}

function frameOf(caller: StaffCaller, account: AccountRecord) {
  return {
    title: 'See the portal as this customer',
    caller,
    section: '/accounts',
    crumb: { href: `/accounts/${account.name}`, text: account.displayName },
  };
}

function whyNot({ isTold, people, account }: ViewForm): string {
  if (isTold === null)
    return 'This is switched off, or the portal’s address is not known: see viewAsCustomer and portalUrl in the settings.';
  return people.length === 0
    ? 'Nobody can sign in for this customer yet, so there is nothing to see.'
    : `${account.displayName} is suspended: nobody of it gets into the portal.`;
}

function renderForm(caller: StaffCaller, view: ViewForm & { readonly isTold: boolean }): Html {
  const { account, people, isTold, chosen } = view;
  const options = people.map(({ name, displayName, role }) => ({
    value: name,
    text: `${displayName} (${name}), ${role}`,
  }));
  return html`<form class="form" method="post" action="/accounts/${account.name}/portal">
    ${formTokenField(caller)} ${renderSelect({ name: 'user', label: 'As whom', options, value: chosen })}
    ${renderReason('Reason', 'view-')}
    <p>${isTold ? whatIsTold.told : whatIsTold.silent}</p>
    <button class="primary">Continue</button>
  </form>`;
}
