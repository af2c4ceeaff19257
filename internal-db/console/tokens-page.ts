// The console's page of one's own tokens for its API: list them, revoke them, make one (its secret is shown once). Called by
// tokens-routes.ts.
import { staffTokenLifetimeDays, type StaffToken } from '#commlink/methods/staff-token-methods.ts';
import { passwordCharacters } from '#commlink/methods/people-fields.ts';
import { renderSelect, renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderCopyable, renderNotice, renderTag } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { dayText, timeText } from '#commlink/pages/sizes-and-times.ts';
import { formTokenField, renderPage, type PageParts } from './layout.ts';
import type { StaffCaller } from './staff-session.ts';
import { renderSection } from './support/parts.ts';

/** What the page shows. */
export interface TokensView {
  readonly tokens: readonly StaffToken[];
  /** What was typed as the name of one that was not made. */
  readonly name: string;
  /** Only in the answer to the form that made it. */
  readonly created: { readonly token: StaffToken; readonly secret: string } | null;
}

/** The page. */
export function renderTokensPage(
  caller: StaffCaller,
  { tokens, name, created }: TokensView,
  notice: PageParts['notice'] = null,
): string {
  return renderPage({
    title: 'Your API tokens',
    caller,
    section: '/tokens',
    lead: 'With a token, a program uses the API in your name: it may do what your role allows at that moment, and no more.',
    actions: html`<a class="button" href="/api/v1/">How the API is called</a>`,
    notice,
    content: html`${created ? renderCreated(created) : null}
    ${renderTable({
      caption: 'Your tokens',
      columns: ['Name', 'May', 'Valid until', 'Last used', { heading: 'Revoke', kind: 'action' }],
      rows: tokens.map((token) => [
        html`${token.name}<br /><small><code>${token.id}</code></small>`,
        renderTag(token.scope === 'write' ? 'warn' : 'plain', token.scope),
        dayText(token.expiresAtMs),
        token.lastUsedAtMs === null ? 'never' : timeText(token.lastUsedAtMs),
        renderRevokeForm(caller, token),
      ]),
      empty: 'You have no tokens.',
    })}
    ${renderSection('new', 'A new token', renderCreateForm(caller, name))}`,
  });
}

function renderCreated({ token, secret }: NonNullable<TokensView['created']>): Html {
  return renderNotice(
    'good',
    html`<p><strong>${token.name} is made.</strong> Copy the token now; it is shown only here.</p>
      <p>${renderCopyable('token', secret)}</p>`,
  );
}

function renderRevokeForm(caller: StaffCaller, { id, name }: StaffToken): Html {
  return html`<form method="post" action="/tokens/${id}/revoke" data-once>
    ${formTokenField(caller)}
    <button class="quiet" aria-label="Revoke ${name}">Revoke</button>
  </form>`;
}

function renderCreateForm(caller: StaffCaller, name: string): Html {
  const { min, max, preset } = staffTokenLifetimeDays;
  return html`<form class="form" method="post" action="/tokens" data-once>
    ${formTokenField(caller)}
    ${renderTextField({
      name: 'name',
      label: 'What it is for',
      value: name,
      attributes: { required: true, maxlength: 100, autocomplete: 'off' },
    })}
    ${renderSelect({
      name: 'scope',
      label: 'It may',
      options: [
        { value: 'read', text: 'look' },
        { value: 'write', text: 'look and change' },
      ],
    })}
    ${renderTextField({
      name: 'days',
      label: 'Days that it is valid',
      type: 'number',
      value: String(preset),
      attributes: { required: true, min, max },
    })}
    ${renderTextField({
      name: 'password',
      label: 'Your password',
      type: 'password',
      hint: 'Who has just signed in with an identity provider may leave it empty.',
      attributes: { autocomplete: 'current-password', maxlength: passwordCharacters.max },
    })}
    <button class="primary">Make it</button>
  </form>`;
}
