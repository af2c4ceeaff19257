// The console's page of the machines: delivery nodes, the cluster's members and their configuration, links and their key bags,
// storage. It only shows; what needs an operator's key is told as the command to type.
import { renderCopyable, renderFold, renderTag } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { countText, dayText, sizeText, timeText } from '#commlink/pages/sizes-and-times.ts';
import type { StatusReport } from '#commlink/methods/status-report.ts';
import { isRotationOpen, type BagStatus } from '#commlink/operator/bag-status.ts';
import type { ProductStorage } from '../../store/statistics.ts';
import { renderPage } from '../layout.ts';
import { livePage } from '../live/live-page.ts';
import type { StaffCaller } from '../staff-session.ts';

type Machines = Omit<StatusReport, 'counts' | 'pendingOrders'>;
type Cluster = NonNullable<StatusReport['cluster']>;

/** What the page shows. */
export interface NodesView {
  readonly status: Machines;
  readonly bags: readonly BagStatus[];
  readonly storage: readonly ProductStorage[];
  readonly databaseFreeBytes: number;
  readonly nowMs: number;
}

/** The page. */
export function renderNodesPage(caller: StaffCaller, view: NodesView): string {
  const { status } = view;
  return renderPage({
    title: 'Nodes',
    section: '/nodes',
    live: livePage('/nodes', status),
    lead: 'What runs, how it is linked, and what it has room for.',
    caller,
    content: html`${renderDeliveryNodes(status)} ${status.cluster ? renderCluster(status.cluster) : null}
    ${renderBags(view)} ${renderLinks(status)} ${renderStorage(view)}`,
  });
}

function renderDeliveryNodes({ nodes }: Machines): Html {
  const number = (heading: string) => ({ heading, kind: 'number' as const });
  return html`<section aria-labelledby="delivery">
    <h2 id="delivery">Delivery nodes</h2>
    ${renderTable({
      caption: 'Delivery nodes',
      columns: [
        'Node',
        'State',
        'Reached by',
        number('Staged'),
        number('Sessions'),
        number('Transfers'),
        number('Free'),
      ],
      rows: nodes.map(({ name, via, description }) => [
        name,
        html`${description.draining ? renderTag('warn', 'draining') : renderTag('good', 'serving')}
        ${description.jailed ? null : renderTag('bad', 'not jailed')}
        ${description.seccomp ? null : renderTag('warn', 'system calls not filtered')}`,
        via,
        countText(description.stagedCount),
        html`<a href="/sessions?node=${name}">${countText(description.sessionCount)}</a>`,
        countText(description.transferCount),
        sizeText(description.storeroomFreeBytes),
      ]),
      empty: 'No delivery node is reachable. Look at its log, and at the link of its web front.',
    })}
    ${renderFold(
      'Take a node out of service',
      html`<p>Before its machine is stopped: it finishes what it sends and takes nothing new.</p>
        <p>${renderCopyable('command', 'consign node drain NODE --reason "Why"')}</p>
        <p>Back to work: ${renderCopyable('command', 'consign node drain NODE --undo')}</p>
        <p>For good: ${renderCopyable('command', 'consign node evict NODE --reason "Why"')}</p>`,
    )}
  </section>`;
}

function renderCluster({ name, installed, candidate, members }: Cluster): Html {
  return html`<section aria-labelledby="cluster">
    <h2 id="cluster">Cluster</h2>
    <p>
      ${name} has version <code>${shortVersion(installed)}</code> of its configuration.
      ${candidate === null ? null : html`Version <code>${shortVersion(candidate)}</code> is on its way.`}
      Operators change it with <code>consign config</code>.
    </p>
    ${renderTable({
      caption: 'Members of the cluster',
      columns: ['Node', 'Role', 'Installed', 'State', 'Last heard'],
      rows: members.map((member) => [
        member.name,
        member.role,
        member.installed === null
          ? 'not heard yet'
          : html`<code>${shortVersion(member.installed)}</code> ${
                member.installed === installed ? null : renderTag('bad', 'behind')
              }`,
        html`${member.state === 'learner' ? renderTag('warn', 'joining') : null} ${member.phase ?? 'unknown'}
        ${member.declining ? renderTag('warn', 'declining') : null}`,
        member.heardAgoMs === null ? 'never' : `${Math.round(member.heardAgoMs / 1000)} s ago`,
      ]),
      empty: 'No node is known.',
    })}
  </section>`;
}

function renderBags({ bags, nowMs }: NodesView): Html {
  return html`<section aria-labelledby="bags">
    <h2 id="bags">Key bags</h2>
    ${renderRotation(bags)}
    ${renderTable({
      caption: 'Key bags of the links',
      columns: ['Link', 'State', 'Uses', 'Takes', 'In use', 'Since', 'Due'],
      rows: bags.map((bag) => [
        `${bag.from} → ${bag.to}`,
        bagTag(bag, nowMs),
        `g${bag.send}`,
        bag.accept.map((generation) => `g${generation}`).join(' '),
        bag.inUse.map(({ generation, count }) => `g${generation} × ${count}`).join(', ') || 'none',
        dayText(bag.sendSinceMs),
        dayText(bag.dueAtMs),
      ]),
      empty: 'There are no links yet.',
    })}
  </section>`;
}

function bagTag({ accept, send, inUse, dueAtMs }: BagStatus, nowMs: number): Html {
  if (accept.length > 1) return renderTag('warn', 'rotating');
  if (inUse.some(({ generation, count }) => generation !== send && count > 0))
    return renderTag('warn', 'old keys');
  return dueAtMs !== null && dueAtMs <= nowMs ? renderTag('warn', 'due') : renderTag('good', 'current');
}

/** The three steps of a rotation, and how many links have taken each. */
function renderRotation(bags: readonly BagStatus[]): Html {
  if (!isRotationOpen(bags))
    return html`<p>
      No rotation is under way. It gives every link new keys in three steps, while customers download:
      ${renderCopyable('command', 'consign bag rotate')}
    </p>`;
  const newest = Math.max(...bags.flatMap(({ accept }) => accept));
  const taken = bags.filter(({ accept }) => accept.includes(newest));
  const used = taken.filter(({ send }) => send === newest);
  const settled = used.filter(({ inUse }) =>
    inUse.every(({ generation, count }) => generation === newest || count === 0),
  );
  const erased = settled.filter(({ accept }) => accept.length === 1);
  const of = (count: number): string => `${count} of ${bags.length} links`;
  return html`<p>A rotation to generation ${newest} is under way.</p>
    <ol>
      <li>New keys are taken: ${of(taken.length)}.</li>
      <li>
        New keys are sent with: ${of(used.length)}; no connection with old ones is left at
        ${of(settled.length)}.
      </li>
      <li>Old keys are erased: ${of(erased.length)}.</li>
    </ol>
    <p>It goes on with ${renderCopyable('command', 'consign bag rotate')}</p>
    <p>It is given up with ${renderCopyable('command', 'consign bag abort')}</p>`;
}

function renderLinks({ links }: Machines): Html {
  return html`<section aria-labelledby="links">
    <h2 id="links">Links of this database</h2>
    ${renderTable({
      caption: 'Links of this database',
      columns: ['Peer', 'Role', { heading: 'Connections', kind: 'number' }, 'Key generations', 'Since'],
      rows: links.map((link) => [
        link.peer,
        link.role,
        countText(link.connections),
        link.generations.map((generation) => `g${generation}`).join(' '),
        timeText(link.connectedAtMs),
      ]),
      empty: 'No link is up.',
    })}
  </section>`;
}

function renderStorage({ status, storage, databaseFreeBytes }: NodesView): Html {
  const { database } = status;
  return html`<section aria-labelledby="storage">
    <h2 id="storage">Storage</h2>
    <p>
      The database has ${sizeText(database.sizeBytes)}, and ${sizeText(databaseFreeBytes)} are free on its
      disk (${database.engine}, schema version ${database.schemaVersion}; ${database.integrity}). Consign
      ${status.version} runs since ${timeText(status.startedAtMs)}.
    </p>
    ${renderTable({
      caption: 'Published files by product',
      columns: [
        'Product',
        { heading: 'Different files', kind: 'number' },
        { heading: 'Size', kind: 'number' },
      ],
      rows: storage.map(({ product, fileCount, sizeBytes }) => [
        html`<a href="/products/${product}">${product}</a>`,
        countText(fileCount),
        sizeText(sizeBytes),
      ]),
      empty: 'No file is published.',
    })}
  </section>`;
}

/** Number and first characters of the digest: enough for people to compare. */
function shortVersion(version: string): string {
  return version.slice(0, version.indexOf('.') + 9);
}
