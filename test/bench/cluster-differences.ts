// What the cluster's rows, audit log and links say, beside what was acknowledged, at one moment. Callers: cluster-checks.ts, and the
// test that spoils them. Each difference is a plain sentence.
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { layOutState } from '#deploy/state-directory.ts';
import type { ClusterRecord, KnownDelivery } from './cluster-record.ts';
import { commonProduct, grantedProduct, type ClusterStage } from './cluster-stage.ts';

/** The cluster, and what was acknowledged there. */
interface Compared {
  readonly stage: ClusterStage;
  readonly record: ClusterRecord;
}

/** All differences now; a report or an order that is still on its way is one. */
export function findDifferences(compared: Compared): string[] {
  return [...checkRows(compared), ...checkAudit(compared), ...checkLinks(compared.stage)];
}

/** Rows of a query whose columns are all words without `|`. */
function rowsOf({ server, database }: ClusterStage, sql: string): string[][] {
  const text = server.query(database, sql);
  return text === '' ? [] : text.split('\n').map((line) => line.split('|'));
}

function checkRows({ stage, record }: Compared): string[] {
  const states = new Map(
    rowsOf(stage, 'SELECT id, state FROM deliveries').map(([id = '', state = '']) => [id, state]),
  );
  // A session server that is killed between a file's last byte and its record leaves `aborted`, for its stager can't know better; a
  // stager that is, `lost`, for the next one can't; one that hears in that moment that the delivery has ended, `revoked`. No download
  // of this work is partial.
  const recorded = new Map(
    rowsOf(
      stage,
      `SELECT delivery_id, count(*) FROM downloads WHERE outcome IN ('complete', 'aborted', 'lost', 'revoked') GROUP BY delivery_id`,
    ).map(([id = '', count]) => [id, Number(count)]),
  );
  const outcomes = rowsOf(stage, 'SELECT delivery_id, outcome FROM downloads');
  const outcomesOf = (id: string): string =>
    outcomes
      .filter(([delivery]) => delivery === id)
      .map(([, outcome]) => outcome)
      .join(', ');
  const revoked = new Map(
    rowsOf(
      stage,
      `SELECT id, revoked_at_ms IS NOT NULL FROM entitlements WHERE grant_reason = 'bench'
      AND product_id = (SELECT id FROM products WHERE name = '${grantedProduct}')`,
    ).map(([id = '', is]) => [id, is === 't']),
  );
  const fits = ({ id, state }: KnownDelivery): boolean => {
    const found = states.get(id) ?? 'nothing';
    if (state === 'live') return found === 'staged';
    return state === 'ended' ? ['cancelled', 'revoked'].includes(found) : found !== 'nothing';
  };
  return [
    ...record.deliveries
      .filter((delivery) => !fits(delivery))
      .map(({ id, state }) => `Delivery ${id} is ${states.get(id) ?? 'gone'}, and was said to be ${state}.`),
    ...record.deliveries
      .filter(({ id, completeCount }) => (recorded.get(id) ?? 0) < completeCount)
      .map(
        ({ id, completeCount }) =>
          `Of ${completeCount} downloads of ${id}, ${recorded.get(id) ?? 0} are recorded (${outcomesOf(id)}).`,
      ),
    ...record.grants
      .filter(({ id, state }) => !revoked.has(id) || (state === 'revoked' && !revoked.get(id)))
      .map(({ id, state }) => `Entitlement ${id} is not ${state}.`),
  ];
}

/** Every change that was acknowledged has its entry. */
function checkAudit({ stage, record }: Compared): string[] {
  const entries = (action: string, field: string): Set<string> =>
    new Set(
      rowsOf(
        stage,
        `SELECT CAST(detail AS jsonb) ->> '${field}' FROM audit_log WHERE action = '${action}'`,
      ).map(([id = '']) => id),
    );
  const missing = (action: string, field: string, ids: readonly string[]): string[] => {
    const there = entries(action, field);
    return ids.filter((id) => !there.has(id)).map((id) => `There is no ${action} of ${id} in the audit log.`);
  };
  const revoked = record.grants.filter(({ state }) => state === 'revoked');
  const cancelled = record.deliveries.filter(
    ({ state, product }) => state === 'ended' && product === commonProduct,
  );
  const idsOf = (all: readonly { id: string }[]): string[] => all.map(({ id }) => id);
  return [
    ...missing('delivery.request', 'delivery', idsOf(record.deliveries)),
    ...missing('delivery.cancel', 'delivery', idsOf(cancelled)),
    ...missing('entitlement.grant', 'entitlement', idsOf(record.grants)),
    ...missing('entitlement.revoke', 'entitlement', idsOf(revoked)),
  ];
}

/** At each node the links are those of its live deliveries, and each artifact has as many as there are. */
function checkLinks(stage: ClusterStage): string[] {
  const live = rowsOf(
    stage,
    `SELECT d.node_name, a.name || '/' || p.name || '/' || r.version || '/' || f.name, d.state
      FROM deliveries d JOIN accounts a ON a.id = d.account_id JOIN artifacts f ON f.id = d.artifact_id
      JOIN releases r ON r.id = f.release_id JOIN products p ON p.id = r.product_id
      WHERE d.state IN ('requested', 'staged')`,
  );
  return [...stage.ftpNodes].flatMap(([name, { state }]) => {
    const { accountsDirectory, storeroomDirectory } = layOutState(state);
    const links = new Set(filesUnder(accountsDirectory));
    const here = live.filter(([node]) => node === name);
    const known = new Set(here.map(([, place = '']) => place));
    const staged = here.filter(([, , standing]) => standing === 'staged').map(([, place = '']) => place);
    const inodes = [...links].map((link) => lstatSync(path.join(accountsDirectory, link)).ino);
    const counted = filesUnder(storeroomDirectory).flatMap((file) => {
      const { ino, nlink } = lstatSync(path.join(storeroomDirectory, file));
      const expected = 1 + inodes.filter((inode) => inode === ino).length;
      return nlink === expected ? [] : [`${name}: ${file} has ${nlink} links, not ${expected}.`];
    });
    return [
      ...staged.filter((place) => !links.has(place)).map((place) => `${name}: no link ${place}.`),
      ...[...links].filter((link) => !known.has(link)).map((link) => `${name}: ${link} is nobody's.`),
      ...counted,
    ];
  });
}

function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}
