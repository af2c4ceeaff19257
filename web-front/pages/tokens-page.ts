// The page of a customer's personal tokens: make one (its secret is shown once), list them, revoke them.
import type { Static } from '#commlink/schema.ts';
import type { PersonalToken } from '#commlink/methods/internal-db-methods.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { tokenLifetimeDays } from '../limits.ts';
import { formTokenField, renderPage, type PageFrame, type Viewer } from './layout.ts';
import { timeText } from './sizes-and-times.ts';

/** A token as its owner sees it. */
export type TokenRecord = Static<typeof PersonalToken>;

/** What the page shows; `created` only in the answer to the form that made it. */
export interface TokensView {
  readonly tokens: readonly TokenRecord[];
  readonly created: { readonly secret: string; readonly token: TokenRecord } | null;
}

/** The page. */
export function tokensPage(frame: PageFrame, viewer: Viewer, view: TokensView): string {
  const main = html`<h1>Personal tokens</h1>
    <p class="lead">
      A token lets a script or a machine download unattended: as <code>Authorization: Bearer …</code> at the
      API, or as the password of your user name over FTPS and SFTP.
    </p>
    ${view.created ? createdNotice(view.created) : null} ${createForm(viewer)}
    <h2>Your tokens</h2>
    ${
      view.tokens.length === 0
        ? html`<p>You have none.</p>`
        : html`<ul class="card rows">
            ${view.tokens.map((token) => row(token, viewer))}
          </ul>`
    }`;
  return renderPage(frame, { title: 'Personal tokens', viewer, section: 'tokens', main });
}

function createdNotice({ secret, token }: NonNullable<TokensView['created']>): Html {
  return html`<section class="notice good" role="status">
    <h2>${token.name}</h2>
    <p>Copy the token now: it is not shown again.</p>
    <p class="copyable"><code data-copy="token">${secret}</code></p>
  </section>`;
}

function createForm(viewer: Viewer): Html {
  const { min, max, preset } = tokenLifetimeDays;
  return html`<form class="card stacked" method="post" action="/tokens" data-once>
    ${formTokenField(viewer)}
    <label for="name">What is it for?</label>
    <input id="name" name="name" required maxlength="100" placeholder="build server" autocomplete="off" />
    <label for="lifetimeDays">Valid for how many days?</label>
    <input
      id="lifetimeDays"
      name="lifetimeDays"
      type="number"
      required
      min="${min}"
      max="${max}"
      value="${preset}"
    />
    <button class="primary" type="submit">Make a token</button>
  </form>`;
}

function row(token: TokenRecord, viewer: Viewer): Html {
  return html`<li class="split">
    <div>
      <strong class="name">${token.name}</strong>
      <span class="facts"
        >made ${timeText(token.createdAtMs)} · valid until ${timeText(token.expiresAtMs)} ·
        ${token.lastUsedAtMs === null ? 'never used' : html`last used ${timeText(token.lastUsedAtMs)}`}</span
      >
    </div>
    <form method="post" action="/tokens/${token.id}/revoke">
      ${formTokenField(viewer)}
      <button class="quiet" type="submit" aria-label="Revoke ${token.name}">Revoke</button>
    </form>
  </li>`;
}
