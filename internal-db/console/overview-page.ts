// The console's first page: counts, delivery nodes, links, the database.
import type { ResultOf } from '#commlink/method-table.ts';
import type { adminMethods } from '#commlink/methods/admin-methods.ts';
import { html, type Html } from './html.ts';
import { renderPage, renderTable, renderTime, sizeText } from './layout.ts';
import type { StaffCaller } from './staff-session.ts';

type Status = ResultOf<typeof adminMethods, 'status'>;

const countTitles: readonly (readonly [string, string])[] = [
  ['accounts', 'accounts'],
  ['users', 'users'],
  ['products', 'products'],
  ['releases', 'releases'],
  ['entitlements', 'entitlements'],
  ['liveDeliveries', 'live deliveries'],
  ['downloads', 'downloads'],
  ['pendingOrders', 'orders waiting for nodes'],
];

/** The page. */
export function renderOverviewPage(caller: StaffCaller, status: Status): string {
  const { database } = status;
  const counts = countTitles.map(
    ([name, title]) =>
      html`<div>
        <dt>${title}</dt>
        <dd>${status.counts[name] ?? 0}</dd>
      </div>`,
  );
  return renderPage({
    title: 'Overview',
    caller,
    content: html`<section><dl class="numbers">${counts}</dl></section>
      <section>
        <h2>Delivery nodes</h2>
        ${renderTable(
          ['Node', 'Via', 'Staged', 'Sessions', 'Transfers', 'Free', 'Jail'],
          status.nodes.map(renderNode),
          'No delivery node is reachable. Look at its log, and at the link of its web-front.',
        )}
      </section>
      <section>
        <h2>Links</h2>
        ${renderTable(
          ['Peer', 'Role', 'Connections', 'Key generations', 'Since'],
          status.links.map(renderLink),
          'No link is up.',
        )}
      </section>
      <section>
        <h2>Database</h2>
        <p>
          ${database.engine}, schema version ${database.schemaVersion}, ${sizeText(database.sizeBytes)};
          ${database.integrity}. Consign ${status.version}, started ${renderTime(status.startedAtMs)}.
        </p>
      </section>`,
  });
}

function renderNode({ name, via, description }: Status['nodes'][number]): Html {
  return html`<tr>
    <td>${name}</td>
    <td>${via}</td>
    <td>${description.stagedCount}</td>
    <td>${description.sessionCount}</td>
    <td>${description.transferCount}</td>
    <td>${sizeText(description.storeroomFreeBytes)}</td>
    <td>
      ${description.jailed ? html`<span class="tag good">jailed</span>` : html`<span class="tag bad">not jailed</span>`}
    </td>
  </tr>`;
}

function renderLink(link: Status['links'][number]): Html {
  return html`<tr>
    <td>${link.peer}</td>
    <td>${link.role}</td>
    <td>${link.connections}</td>
    <td>${link.generations.join(', ')}</td>
    <td>${renderTime(link.connectedAtMs)}</td>
  </tr>`;
}
