// The console's first page: counts, delivery nodes, the cluster's configuration, links, the database.
import type { StatusReport } from '#commlink/methods/status-report.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { renderPage, renderTable, renderTime, sizeText } from './layout.ts';
import type { StaffCaller } from './staff-session.ts';

type Cluster = NonNullable<StatusReport['cluster']>;

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
export function renderOverviewPage(caller: StaffCaller, status: StatusReport): string {
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
      ${status.cluster ? clusterSection(status.cluster) : null}
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

function clusterSection(cluster: Cluster): Html {
  const { name, installed, candidate, members } = cluster;
  const change = candidate ? html` Version <code>${shortVersion(candidate)}</code> is on its way.` : null;
  return html`<section>
    <h2>Cluster</h2>
    <p>
      ${name} has version <code>${shortVersion(installed)}</code> of its configuration.${change} Operators
      change it with <code>consign config</code>.
    </p>
    ${renderTable(
      ['Node', 'Role', 'Installed', 'Phase', 'Last heard'],
      members.map((member) => renderMember(member, installed)),
      'No node is known.',
    )}
  </section>`;
}

function renderMember(member: Cluster['members'][number], wanted: string): Html {
  const { name, role, state, installed, phase, declining, heardAgoMs } = member;
  const isBehind = installed !== null && installed !== wanted;
  return html`<tr>
    <td>${name}${state === 'learner' ? html` <span class="tag">joining</span>` : null}</td>
    <td>${role}</td>
    <td>
      ${installed === null ? 'not heard yet' : html`<code>${shortVersion(installed)}</code>`}
      ${isBehind ? html`<span class="tag bad">behind</span>` : null}
    </td>
    <td>${phase ?? ''}${declining ? html` <span class="tag">declining</span>` : null}</td>
    <td>${heardAgoMs === null ? 'never' : `${Math.round(heardAgoMs / 1000)} s ago`}</td>
  </tr>`;
}

/** Number and first characters of the digest: enough for people to compare. */
function shortVersion(version: string): string {
  return version.slice(0, version.indexOf('.') + 9);
}

function renderNode({ name, via, description }: StatusReport['nodes'][number]): Html {
  return html`<tr>
    <td>${name}</td>
    <td>${via}</td>
    <td>${description.stagedCount}</td>
    <td>${description.sessionCount}</td>
    <td>${description.transferCount}</td>
    <td>${sizeText(description.storeroomFreeBytes)}</td>
    <td>
      ${description.jailed ? html`<span class="tag good">jailed</span>` : html`<span class="tag bad">not jailed</span>`}
      ${description.seccomp ? '' : html`<span class="tag bad">system calls not filtered</span>`}
    </td>
  </tr>`;
}

function renderLink(link: StatusReport['links'][number]): Html {
  return html`<tr>
    <td>${link.peer}</td>
    <td>${link.role}</td>
    <td>${link.connections}</td>
    <td>${link.generations.join(', ')}</td>
    <td>${renderTime(link.connectedAtMs)}</td>
  </tr>`;
}
