// The console's page of one's own tokens for its API: list them, revoke them, make one (its secret is shown once). Called by
// tokens-routes.ts.
import { staffTokenLifetimeDays, type StaffToken } from '#commlink/methods/staff-token-methods.ts';
import { passwordCharacters } from '#commlink/methods/people-fields.ts';
import { renderSelect, renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderCopyable, renderNotice, renderTag } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { dayText, timeText } from './texts/sizes-and-times.ts';
import { formTokenField, renderPage, type PageParts } from './layout.ts';
import type { StaffCaller } from './staff-session.ts';
import { tokensTexts as texts } from './texts/console-texts.ts';
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
  const { list } = texts;
  return renderPage({
    title: texts.title,
    caller,
    section: '/tokens',
    lead: texts.lead,
    actions: html`<a class="button" href="/api/v1/">${texts.api}</a>`,
    notice,
    content: html`${created ? renderCreated(created) : null}
    ${renderTable({
      caption: list.caption,
      columns: [list.name, list.may, list.until, list.lastUsed, { heading: list.revoke, kind: 'action' }],
      rows: tokens.map((token) => [
        html`${token.name}<br /><small><code>${token.id}</code></small>`,
        renderTag(token.scope === 'write' ? 'warn' : 'plain', token.scope),
        dayText(token.expiresAtMs),
        token.lastUsedAtMs === null ? list.never : timeText(token.lastUsedAtMs),
        renderRevokeForm(caller, token),
      ]),
      empty: list.empty,
    })}
    ${renderSection('new', texts.add.heading, renderCreateForm(caller, name))}`,
  });
}

function renderCreated({ token, secret }: NonNullable<TokensView['created']>): Html {
  return renderNotice(
    'good',
    html`${texts.created(token.name)}
      <p>${renderCopyable(texts.secret, secret)}</p>`,
  );
}

function renderRevokeForm(caller: StaffCaller, { id, name }: StaffToken): Html {
  return html`<form method="post" action="/tokens/${id}/revoke" data-once>
    ${formTokenField(caller)}
    <button class="quiet" aria-label="${texts.list.revokeNamed(name)}">${texts.list.revoke}</button>
  </form>`;
}

function renderCreateForm(caller: StaffCaller, name: string): Html {
  const { add } = texts;
  const { min, max, preset } = staffTokenLifetimeDays;
  return html`<form class="form" method="post" action="/tokens" data-once>
    ${formTokenField(caller)}
    ${renderTextField({
      name: 'name',
      label: add.name,
      value: name,
      attributes: { required: true, maxlength: 100, autocomplete: 'off' },
    })}
    ${renderSelect({
      name: 'scope',
      label: add.scope,
      options: [
        { value: 'read', text: add.scopes.read },
        { value: 'write', text: add.scopes.write },
      ],
    })}
    ${renderTextField({
      name: 'days',
      label: add.days,
      type: 'number',
      value: String(preset),
      attributes: { required: true, min, max },
    })}
    ${renderTextField({
      name: 'password',
      label: add.password,
      type: 'password',
      hint: add.passwordHint,
      attributes: { autocomplete: 'current-password', maxlength: passwordCharacters.max },
    })}
    <button class="primary">${add.button}</button>
  </form>`;
}
