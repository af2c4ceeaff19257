// The console's search results: by kind, each leading to where staff go on. Called by search-routes.ts.
import { renderEmpty, renderTag } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { timeText } from '../texts/sizes-and-times.ts';
import { searchHitsMax } from '../../limits.ts';
import type { FoundName, FoundRelease } from '../../store/search.ts';
import { renderPage } from '../layout.ts';
import { releasePath } from '../operations/product-pages.ts';
import type { StaffCaller } from '../staff-session.ts';
import type { Findings } from './find-anything.ts';
import type { FoundRecord } from './find-records.ts';
import { customersTexts, searchTexts as texts } from '../texts/console-texts.ts';
import { renderEntitlementState, renderSection } from './parts.ts';

/** The page. */
export function renderSearchPage(
  caller: StaffCaller,
  { typed, found, nowMs }: { typed: string; found: Findings; nowMs: number },
): string {
  const parts = listParts(found, nowMs).filter(([, items]) => items.length > 0);
  const sections = parts.map(([heading, items]) =>
    renderSection(heading.toLowerCase(), heading, [
      html`<ul class="list">
        ${items}
      </ul>`,
      items.length < searchHitsMax ? null : html`<p class="fine">${texts.onlySome(searchHitsMax)}</p>`,
    ]),
  );
  return renderPage({
    title: typed === '' ? texts.title : texts.titleOf(typed),
    caller,
    content: html`<form class="form inline" action="/search">
        <div class="field">
          <label for="query">${texts.label}</label>
          <input id="query" name="q" type="search" value="${typed}" maxlength="200" size="40" autofocus />
        </div>
        <button class="primary">${texts.button}</button>
      </form>
      ${sections.length > 0 ? sections : renderNothing(typed)}`,
  });
}

function renderNothing(typed: string): Html {
  const { advice, nothing } = texts;
  return typed === '' ? html`<p>${advice}</p>` : renderEmpty(nothing, advice);
}

function listParts(found: Findings, nowMs: number): (readonly [string, Html[]])[] {
  const { kinds } = texts;
  return [
    [kinds.customers, found.accounts.map((one) => renderName(`/accounts/${one.name}`, one))],
    [kinds.people, found.people.map((one) => renderName(`/accounts/${one.account ?? ''}#people`, one))],
    [kinds.products, found.products.map((one) => renderName(`/products/${one.name}`, one))],
    [kinds.releases, found.releases.map(renderRelease)],
    [
      kinds.deliveries,
      found.deliveries.map(
        (delivery) =>
          html`<li>
            <div>
              <a href="/accounts/${delivery.account}?kind=delivery#timeline"
                >${delivery.product}/${delivery.version}/${delivery.file}</a
              >
              ${texts.deliveryFor(delivery.account)}<br /><small
                >${timeText(delivery.requestedAtMs)} · ${delivery.requestedBy} ·
                ${texts.login(delivery.login)}</small
              >
            </div>
            ${renderTag('plain', customersTexts.deliveries.states[delivery.state])}
          </li>`,
      ),
    ],
    [
      kinds.entitlements,
      found.entitlements.map(
        (one) =>
          html`<li>
            <a href="/accounts/${one.account}/entitlements/${one.id}">${one.account}: ${one.product}</a>
            ${renderEntitlementState(one, nowMs)}
          </li>`,
      ),
    ],
    [
      kinds.files,
      found.files.map(
        (file) =>
          html`<li>
            <div>
              <a href="${releasePath(file.product, file.version)}"
                >${file.product}/${file.version}/${file.file}</a
              ><br /><code class="break">${file.sha256}</code>
            </div>
          </li>`,
      ),
    ],
    [kinds.records, found.records.map(renderRecord)],
  ];
}

function renderName(href: string, { name, title, account, email }: FoundName): Html {
  const more = [account === null ? null : texts.of(account), email].filter((part) => part !== null);
  return html`<li>
    <div>
      <a href="${href}">${title}</a> <code>${name}</code>
      ${more.length === 0 ? null : html`<br /><small>${more.join(' · ')}</small>`}
    </div>
  </li>`;
}

function renderRelease({ product, productTitle, version, channel, state }: FoundRelease): Html {
  return html`<li>
    <div>
      <a href="${releasePath(product, version)}">${product}/${version}</a><br /><small
        >${productTitle} · ${channel}</small
      >
    </div>
    ${state === 'published' ? null : renderTag('warn', texts.releaseStates[state])}
  </li>`;
}

function renderRecord({ kind, name, account, page }: FoundRecord): Html {
  return html`<li>
    <div>
      <a class="break" href="${page}">${name}</a>
      ${account === null ? null : html`<br /><small>${texts.of(account)}</small>`}
    </div>
    ${renderTag('plain', texts.recordKinds[kind])}
  </li>`;
}
