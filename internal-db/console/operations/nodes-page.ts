// The console's page of the machines: delivery nodes, the cluster's members and their configuration, links and their key bags,
// storage. It only shows; what needs an operator's key is told as the command to type.
import { renderCopyable, renderFold, renderTag } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { countText, dayText, sizeText, timeText } from '../texts/sizes-and-times.ts';
import type { StatusReport } from '#commlink/methods/status-report.ts';
import { isRotationOpen, type BagStatus } from '#commlink/operator/bag-status.ts';
import type { DatabaseChoice } from '../../database-choice.ts';
import type { FileSum, ProductStorage } from '../../store/statistics.ts';
import { renderPage } from '../layout.ts';
import { livePage } from '../live/live-page.ts';
import { machinesTexts as texts } from '../texts/console-texts.ts';
import type { StaffCaller } from '../staff-session.ts';

type Machines = Omit<StatusReport, 'counts' | 'pendingOrders'>;
type Cluster = NonNullable<StatusReport['cluster']>;

/** What a node's storeroom holds. `freeBytes` null: the node is away. */
export interface StoreroomView {
  readonly node: string;
  readonly fetched: FileSum;
  readonly staged: FileSum;
  /** Files that it found damaged or missing, and has told of. */
  readonly lostCount: number;
  readonly freeBytes: number | null;
}

/** What the page shows. */
export interface NodesView {
  readonly status: Machines;
  readonly bags: readonly BagStatus[];
  readonly storage: readonly ProductStorage[];
  readonly storerooms: readonly StoreroomView[];
  /** Room on the disk of internal-db's state. */
  readonly stateFreeBytes: number;
  readonly databaseEngine: DatabaseChoice['engine'];
  readonly nowMs: number;
}

/** The page. */
export function renderNodesPage(caller: StaffCaller, view: NodesView): string {
  const { status } = view;
  return renderPage({
    title: texts.title,
    section: '/nodes',
    live: livePage('/nodes', status),
    lead: texts.lead,
    caller,
    content: html`${renderDeliveryNodes(status)} ${renderStorerooms(view)}
    ${status.cluster ? renderCluster(status.cluster) : null} ${renderBags(view)} ${renderLinks(status)}
    ${renderStorage(view)}`,
  });
}

function renderDeliveryNodes({ nodes }: Machines): Html {
  const { delivery } = texts;
  const { outOfService } = delivery;
  const number = (heading: string) => ({ heading, kind: 'number' as const });
  return html`<section aria-labelledby="delivery">
    <h2 id="delivery">${delivery.heading}</h2>
    ${renderTable({
      caption: delivery.heading,
      columns: [
        delivery.node,
        delivery.state,
        delivery.via,
        number(delivery.staged),
        number(delivery.sessions),
        number(delivery.transfers),
        number(delivery.free),
      ],
      rows: nodes.map(({ name, via, description }) => [
        name,
        html`${description.draining ? renderTag('warn', delivery.draining) : renderTag('good', delivery.serving)}
        ${description.jailed ? null : renderTag('bad', delivery.notJailed)}
        ${description.seccomp ? null : renderTag('warn', delivery.notFiltered)}`,
        via,
        countText(description.stagedCount),
        html`<a href="/sessions?node=${name}">${countText(description.sessionCount)}</a>`,
        countText(description.transferCount),
        sizeText(description.storeroomFreeBytes),
      ]),
      empty: delivery.empty,
    })}
    ${renderFold(
      outOfService.heading,
      html`<p>${outOfService.before}</p>
        <p>${commandLine('consign node drain NODE --reason "Why"')}</p>
        <p>${outOfService.back(commandLine('consign node drain NODE --undo'))}</p>
        <p>${outOfService.forGood(commandLine('consign node evict NODE --reason "Why"'))}</p>`,
    )}
  </section>`;
}

function renderStorerooms({ storerooms }: NodesView): Html {
  const list = texts.storerooms;
  const number = (heading: string) => ({ heading, kind: 'number' as const });
  return html`<section aria-labelledby="storerooms">
    <h2 id="storerooms">${list.heading}</h2>
    ${renderTable({
      caption: list.caption,
      columns: [list.node, number(list.fetched), number(list.staged), number(list.free), number(list.lost)],
      rows: storerooms.map(({ node, fetched, staged, lostCount, freeBytes }) => [
        node,
        list.sum(sizeText(fetched.sizeBytes), countText(fetched.fileCount)),
        list.sum(sizeText(staged.sizeBytes), countText(staged.fileCount)),
        freeBytes === null ? list.away : sizeText(freeBytes),
        lostCount === 0 ? countText(0) : renderTag('warn', countText(lostCount)),
      ]),
      empty: list.empty,
    })}
    <p class="fine">${list.about(commandLine('consign storeroom quarantine list'))}</p>
  </section>`;
}

function renderCluster({ name, installed, candidate, members }: Cluster): Html {
  const { cluster } = texts;
  return html`<section aria-labelledby="cluster">
    <h2 id="cluster">${cluster.heading}</h2>
    <p>
      ${cluster.installed(name, shortVersion(installed))}
      ${candidate === null ? null : cluster.candidate(shortVersion(candidate))} ${cluster.how}
    </p>
    ${renderTable({
      caption: cluster.caption,
      columns: [cluster.node, cluster.role, cluster.version, cluster.state, cluster.heard],
      rows: members.map((member) => [
        member.name,
        member.role,
        member.installed === null
          ? cluster.notHeard
          : html`<code>${shortVersion(member.installed)}</code> ${
                member.installed === installed ? null : renderTag('bad', cluster.behind)
              }`,
        html`${member.state === 'learner' ? renderTag('warn', cluster.joining) : null}
        ${member.phase ?? cluster.unknown} ${member.declining ? renderTag('warn', cluster.declining) : null}`,
        member.heardAgoMs === null ? cluster.never : cluster.ago(Math.round(member.heardAgoMs / 1000)),
      ]),
      empty: cluster.empty,
    })}
  </section>`;
}

function renderBags({ bags, nowMs }: NodesView): Html {
  const list = texts.bags;
  return html`<section aria-labelledby="bags">
    <h2 id="bags">${list.heading}</h2>
    ${renderRotation(bags)}
    ${renderTable({
      caption: list.caption,
      columns: [list.link, list.state, list.uses, list.takes, list.inUse, list.since, list.due],
      rows: bags.map((bag) => [
        `${bag.from} → ${bag.to}`,
        bagTag(bag, nowMs),
        list.generation(bag.send),
        bag.accept.map(list.generation).join(' '),
        bag.inUse.map(({ generation, count }) => list.count(list.generation(generation), count)).join(', ') ||
          list.none,
        dayText(bag.sendSinceMs),
        dayText(bag.dueAtMs),
      ]),
      empty: list.empty,
    })}
  </section>`;
}

function bagTag({ accept, send, inUse, dueAtMs }: BagStatus, nowMs: number): Html {
  const { states } = texts.bags;
  if (accept.length > 1) return renderTag('warn', states.rotating);
  if (inUse.some(({ generation, count }) => generation !== send && count > 0))
    return renderTag('warn', states.oldKeys);
  return dueAtMs !== null && dueAtMs <= nowMs
    ? renderTag('warn', states.due)
    : renderTag('good', states.current);
}

/** The three steps of a rotation, and how many links have taken each. */
function renderRotation(bags: readonly BagStatus[]): Html {
  const { rotation } = texts;
  if (!isRotationOpen(bags)) return html`<p>${rotation.none(commandLine('consign bag rotate'))}</p>`;
  const newest = Math.max(...bags.flatMap(({ accept }) => accept));
  const taken = bags.filter(({ accept }) => accept.includes(newest));
  const used = taken.filter(({ send }) => send === newest);
  const settled = used.filter(({ inUse }) =>
    inUse.every(({ generation, count }) => generation === newest || count === 0),
  );
  const erased = settled.filter(({ accept }) => accept.length === 1);
  const of = (count: number): string => rotation.of(count, bags.length);
  return html`<p>${rotation.underWay(newest)}</p>
    <ol>
      <li>${rotation.taken(of(taken.length))}</li>
      <li>${rotation.used(of(used.length), of(settled.length))}</li>
      <li>${rotation.erased(of(erased.length))}</li>
    </ol>
    <p>${rotation.goesOn(commandLine('consign bag rotate'))}</p>
    <p>${rotation.givenUp(commandLine('consign bag abort'))}</p>`;
}

function renderLinks({ links }: Machines): Html {
  const list = texts.links;
  return html`<section aria-labelledby="links">
    <h2 id="links">${list.heading}</h2>
    ${renderTable({
      caption: list.heading,
      columns: [
        list.peer,
        list.role,
        { heading: list.connections, kind: 'number' },
        list.generations,
        list.since,
      ],
      rows: links.map((link) => [
        link.peer,
        link.role,
        countText(link.connections),
        link.generations.map(texts.bags.generation).join(' '),
        timeText(link.connectedAtMs),
      ]),
      empty: list.empty,
    })}
  </section>`;
}

function renderStorage({ status, storage, stateFreeBytes, databaseEngine }: NodesView): Html {
  const { database } = status;
  const list = texts.storage;
  return html`<section aria-labelledby="storage">
    <h2 id="storage">${list.heading}</h2>
    <p>
      ${list.database[databaseEngine](sizeText(database.sizeBytes), sizeText(stateFreeBytes))}
      ${list.engine(database.engine, database.schemaVersion, database.integrity)}
      ${list.runs(status.version, timeText(status.startedAtMs))}
    </p>
    ${renderTable({
      caption: list.caption,
      columns: [
        list.product,
        { heading: list.files, kind: 'number' },
        { heading: list.size, kind: 'number' },
      ],
      rows: storage.map(({ product, fileCount, sizeBytes }) => [
        html`<a href="/products/${product}">${product}</a>`,
        countText(fileCount),
        sizeText(sizeBytes),
      ]),
      empty: list.empty,
    })}
  </section>`;
}

function commandLine(command: string): Html {
  return renderCopyable(texts.command, command);
}

/** Number and first characters of the digest: enough for people to compare. */
function shortVersion(version: string): string {
  return version.slice(0, version.indexOf('.') + 9);
}
