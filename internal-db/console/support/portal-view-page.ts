// The console's pages before a member of staff sees the portal as a customer does: whose portal and why, and then the link
// that leads there. Called by portal-view-routes.ts.
import { renderSelect } from '#commlink/pages/components/form-field.ts';
import { renderNotice } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import type { AccountRecord } from '../../store/accounts.ts';
import type { MemberRecord } from '../../store/people.ts';
import { formTokenField, renderPage } from '../layout.ts';
import type { StaffCaller } from '../staff-session.ts';
import { portalViewTexts as texts } from '../texts/console-texts.ts';
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

/** Asks whose portal, and why. */
export function renderViewForm(caller: StaffCaller, view: ViewForm): string {
  const { account, people, isTold, refusal } = view;
  return renderPage({
    ...frameOf(caller, account),
    lead: texts.lead,
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
    lead: texts.link.lead(user, seconds),
    content: html`<p class="fine">${texts.link.takesPlace}</p>
      <div class="actions">
        <a class="button primary" href="${href}" target="_blank" rel="noopener noreferrer"
          >${texts.link.open}</a
        >
        <a class="button" href="/accounts/${account.name}/portal">${texts.link.another}</a>
      </div>`,
  });
}

function frameOf(caller: StaffCaller, account: AccountRecord) {
  return {
    title: texts.title,
    caller,
    section: '/accounts',
    crumb: { href: `/accounts/${account.name}`, text: account.displayName },
  };
}

function whyNot({ isTold, people, account }: ViewForm): string {
  if (isTold === null) return texts.off;
  return people.length === 0 ? texts.nobody : texts.suspended(account.displayName);
}

function renderForm(caller: StaffCaller, view: ViewForm & { readonly isTold: boolean }): Html {
  const { account, people, isTold, chosen } = view;
  const options = people.map(({ name, displayName, role }) => ({
    value: name,
    text: texts.person(displayName, name, role),
  }));
  return html`<form class="form" method="post" action="/accounts/${account.name}/portal">
    ${formTokenField(caller)} ${renderSelect({ name: 'user', label: texts.asWhom, options, value: chosen })}
    ${renderReason(texts.reason, 'view-')}
    <p>${isTold ? texts.told : texts.silent}</p>
    <button class="primary">${texts.button}</button>
  </form>`;
}
