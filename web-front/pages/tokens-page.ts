// The page of a customer's personal tokens: list them, revoke them, make one (its secret is shown once).
import type { PersonalToken } from '#commlink/methods/internal-db-methods.ts';
import { renderSelect, renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderCopyable, renderNotice } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html, type HtmlValue } from '#commlink/pages/html.ts';
import { timeText } from '#commlink/pages/sizes-and-times.ts';
import type { TokenScope } from '#commlink/methods/session-owner.ts';
import { Type, type Static } from '#commlink/schema.ts';
import { tokenLifetimeDays } from '../limits.ts';
import { formTokenField, renderPage, type PageFrame, type Viewer } from './layout.ts';

/** A token as its owner sees it. */
export type TokenRecord = Static<typeof PersonalToken>;

/** What a token may be used for, as the form offers it. */
export const TokenUse = Type.Union([Type.Literal('all'), Type.Literal('downloads'), Type.Literal('read')]);
export type TokenUse = Static<typeof TokenUse>;

/** What the page shows; `created` only in the answer to the form that made it. */
export interface TokensView {
  readonly tokens: readonly TokenRecord[];
  /** What was typed as the name of a token that is not made yet. */
  readonly name: string;
  readonly may: TokenUse;
  /** What was typed as its days, where a token cannot have them. */
  readonly wrongDays: string | null;
  readonly created: { readonly secret: string; readonly token: TokenRecord } | null;
}

/** The page. */
export function tokensPage(frame: PageFrame, viewer: Viewer, view: TokensView): string {
  const { keysAndTokens: shared } = frame.texts;
  const texts = shared.tokens;
  const table = renderTable({
    caption: texts.table,
    columns: [
      texts.name,
      shared.added,
      shared.validUntil,
      shared.lastUsed,
      { heading: texts.revoke, kind: 'action' },
    ],
    rows: view.tokens.map((token) => tokenCells(token, frame, viewer)),
    empty: texts.empty,
  });
  const main = html`<header class="page-head">
      <h1>${texts.title}</h1>
      <p class="lead">${texts.lead}</p>
      <p class="fine">${texts.use}</p>
    </header>
    ${view.created ? createdNotice(frame, view.created) : null}
    <section aria-labelledby="tokens">
      <h2 id="tokens">${texts.heading}</h2>
      ${table}
    </section>
    <section aria-labelledby="make">
      <h2 id="make">${texts.add}</h2>
      ${createForm(frame, viewer, view)}
    </section>`;
  return renderPage(frame, { title: texts.title, viewer, section: 'tokens', main });
}

function createdNotice(frame: PageFrame, { secret, token }: NonNullable<TokensView['created']>): Html {
  const texts = frame.texts.keysAndTokens.tokens;
  return renderNotice(
    'good',
    html`<p><strong>${texts.created(token.name)}</strong> ${texts.copyNow}</p>
      <p>${renderCopyable(texts.copied, secret)}</p>`,
  );
}

function createForm(frame: PageFrame, viewer: Viewer, view: TokensView): Html {
  const { min, max, preset } = tokenLifetimeDays;
  const texts = frame.texts.keysAndTokens.tokens;
  const name = renderTextField({
    name: 'name',
    label: texts.nameLabel,
    value: view.name,
    attributes: {
      required: true,
      maxlength: 100,
      placeholder: texts.namePlaceholder,
      autocomplete: 'off',
    },
  });
  const may = renderSelect({
    name: 'may',
    label: texts.may,
    value: view.may,
    options: (['all', 'downloads', 'read'] as const).map((value) => ({ value, text: texts.uses[value] })),
  });
  const days = renderTextField({
    name: 'lifetimeDays',
    label: texts.days,
    type: 'number',
    value: view.wrongDays ?? preset,
    error: view.wrongDays === null ? null : frame.texts.keysAndTokens.daysWrong(min, max),
    attributes: { required: true, min, max },
  });
  return html`<form class="form" method="post" action="/tokens" data-once>
    ${formTokenField(viewer)} ${name} ${may} ${days}
    <button class="primary" type="submit">${texts.addButton}</button>
  </form>`;
}

function tokenCells(token: TokenRecord, frame: PageFrame, viewer: Viewer): readonly HtmlValue[] {
  const { language, texts } = frame;
  const { tokens, neverUsed } = texts.keysAndTokens;
  return [
    html`<strong class="name">${token.name}</strong><small>${tokens.uses[useOf(token.scopes)]}</small>`,
    timeText(token.createdAtMs, language),
    timeText(token.expiresAtMs, language),
    token.lastUsedAtMs === null ? neverUsed : timeText(token.lastUsedAtMs, language),
    html`<form method="post" action="/tokens/${token.id}/revoke">
      ${formTokenField(viewer)}
      <button class="quiet" type="submit" aria-label="${tokens.revokeNamed(token.name)}">
        ${tokens.revoke}
      </button>
    </form>`,
  ];
}

function useOf(scopes: readonly TokenScope[]): TokenUse {
  return scopes.length > 1 ? 'all' : (scopes[0] ?? 'all');
}
