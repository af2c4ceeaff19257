// SQL: appliances and their enrolment codes. See ../fleet-appliances.ts for what each operation promises.
import type {
  ApplianceFilter,
  ApplianceRecord,
  ApplianceState,
  ApplianceWrites,
  EnrolmentCodeRecord,
  ListedAppliance,
  ListedEnrolmentCode,
} from '../fleet-appliances.ts';
import type { SqlConnection, SqlParameters } from './sql-connection.ts';

const columns = `a.uid, a.account_id AS "accountId", a.type_id AS "typeId", a.site_id AS "siteId", a.name,
  a.group_name AS "groupName", a.slot, a.state, a.signing_key AS "signingKey", a.sealing_key AS "sealingKey", a.hardware,
  a.enrolled_at_ms AS "enrolledAtMs", a.state_since_ms AS "stateSinceMs", a.state_reason AS "stateReason",
  a.restoring_since_ms AS "restoringSinceMs"`;
const listedSql = `SELECT ${columns}, c.name AS account, t.name AS type, s.name AS site,
  b.last_beat_at_ms AS "lastBeatAtMs", b.missing_since_ms AS "missingSinceMs", b.agent_version AS "agentVersion",
  b.address, b.machine
  FROM appliances a JOIN accounts c ON c.id = a.account_id JOIN appliance_types t ON t.id = a.type_id
  JOIN appliance_beats b ON b.uid = a.uid LEFT JOIN sites s ON s.id = a.site_id`;
const codeColumns = `e.id, e.account_id AS "accountId", e.type_id AS "typeId", e.site_id AS "siteId",
  e.group_name AS "groupName", e.label, e.uid, e.made_by AS "madeBy", e.made_at_ms AS "madeAtMs",
  e.expires_at_ms AS "expiresAtMs", e.used_at_ms AS "usedAtMs", e.used_by_uid AS "usedByUid",
  e.withdrawn_at_ms AS "withdrawnAtMs"`;
const isOpenSql = 'used_at_ms IS NULL AND withdrawn_at_ms IS NULL AND expires_at_ms > :atMs';

/** Appliances in SQL. */
export class SqlFleetAppliances implements ApplianceWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async byUid(uid: string): Promise<ApplianceRecord | undefined> {
    return await this.#connection.get(`SELECT ${columns} FROM appliances a WHERE a.uid = :uid`, { uid });
  }

  async listed(uid: string): Promise<ListedAppliance | undefined> {
    const row = await this.#connection.get<Omit<ListedAppliance, 'tags'>>(`${listedSql} WHERE a.uid = :uid`, {
      uid,
    });
    return row && { ...row, tags: await this.tagsOf(uid) };
  }

  async page(wanted: {
    filter: ApplianceFilter;
    after: { name: string; uid: string } | null;
    limit: number;
  }): Promise<ListedAppliance[]> {
    const { filter, after, limit } = wanted;
    const { conditions, parameters } = conditionsOf(filter);
    const rows = await this.#connection.all<Omit<ListedAppliance, 'tags'>>(
      `${listedSql} WHERE ${[...conditions, '(a.name > :name OR (a.name = :name AND a.uid > :uid))'].join(' AND ')}
       ORDER BY a.name, a.uid LIMIT :limit`,
      { ...parameters, name: after?.name ?? '', uid: after?.uid ?? '', limit },
    );
    const tags = await this.#tagsOfAll(rows.map(({ uid }) => uid));
    return rows.map((row) => ({ ...row, tags: tags.get(row.uid) ?? [] }));
  }

  async total(): Promise<number> {
    const sql = 'SELECT count(*) AS total FROM appliances';
    return (await this.#connection.get<{ total: number }>(sql))?.total ?? 0;
  }

  async counts(accountId: string | null) {
    const where = accountId === null ? '' : 'WHERE a.account_id = :accountId';
    const parameters: SqlParameters = accountId === null ? {} : { accountId };
    const row = await this.#connection.get<
      Record<'active' | 'quarantined' | 'retired' | 'missing', number | null>
    >(
      `SELECT count(CASE WHEN a.state = 'active' THEN 1 END) AS active,
         count(CASE WHEN a.state = 'quarantined' THEN 1 END) AS quarantined,
         count(CASE WHEN a.state = 'retired' THEN 1 END) AS retired,
         count(CASE WHEN a.state = 'active' THEN b.missing_since_ms END) AS missing
       FROM appliances a JOIN appliance_beats b ON b.uid = a.uid ${where}`,
      parameters,
    );
    const of = (count: number | null | undefined): number => count ?? 0;
    return {
      active: of(row?.active),
      quarantined: of(row?.quarantined),
      retired: of(row?.retired),
      missing: of(row?.missing),
    };
  }

  async tagsOf(uid: string): Promise<string[]> {
    return (await this.#tagsOfAll([uid])).get(uid) ?? [];
  }

  async quarantined(limit: number): Promise<ApplianceRecord[]> {
    return await this.#connection.all(
      `SELECT ${columns} FROM appliances a WHERE a.state = 'quarantined' ORDER BY a.state_since_ms LIMIT :limit`,
      { limit },
    );
  }

  async codeByHash(codeHash: Uint8Array): Promise<EnrolmentCodeRecord | undefined> {
    const sql = `SELECT ${codeColumns}, e.code_hash AS "codeHash" FROM enrolment_codes e WHERE e.code_hash = :codeHash`;
    return await this.#connection.get(sql, { codeHash });
  }

  async codesOf(accountId: string, limit: number): Promise<ListedEnrolmentCode[]> {
    return await this.#connection.all(
      `SELECT ${codeColumns}, t.name AS type, s.name AS site FROM enrolment_codes e
         JOIN appliance_types t ON t.id = e.type_id LEFT JOIN sites s ON s.id = e.site_id
       WHERE e.account_id = :accountId ORDER BY e.made_at_ms DESC, e.id LIMIT :limit`,
      { accountId, limit },
    );
  }

  async openCodeCount(accountId: string, atMs: number): Promise<number> {
    const sql = `SELECT count(*) AS count FROM enrolment_codes WHERE account_id = :accountId AND ${isOpenSql}`;
    return (await this.#connection.get<{ count: number }>(sql, { accountId, atMs }))?.count ?? 0;
  }

  async insert(appliance: ApplianceRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO appliances (uid, account_id, type_id, site_id, name, group_name, slot, state, signing_key, sealing_key,
         hardware, enrolled_at_ms, state_since_ms, state_reason, restoring_since_ms)
       VALUES (:uid, :accountId, :typeId, :siteId, :name, :groupName, :slot, :state, :signingKey, :sealingKey,
         :hardware, :enrolledAtMs, :stateSinceMs, :stateReason, :restoringSinceMs)`,
      { ...appliance },
    );
    await this.#connection.run('INSERT INTO appliance_beats (uid) VALUES (:uid)', { uid: appliance.uid });
  }

  async replaceKeys(
    uid: string,
    {
      signingKey,
      sealingKey,
      hardware,
      atMs,
    }: { signingKey: string; sealingKey: string; hardware: string; atMs: number },
  ): Promise<void> {
    await this.#connection.run(
      `UPDATE appliances SET signing_key = :signingKey, sealing_key = :sealingKey, hardware = :hardware WHERE uid = :uid`,
      { uid, signingKey, sealingKey, hardware },
    );
    await this.setState(uid, { state: 'active', reason: '', atMs });
    await this.#connection.run(
      `UPDATE appliance_beats SET sent_at_ms = 0, counter = 0, nonce = '', boot_id = '', older_boots = '[]', hardware = '',
         state_digest = '' WHERE uid = :uid`,
      { uid },
    );
  }

  async setState(
    uid: string,
    change: { state: ApplianceState; reason: string; atMs: number },
  ): Promise<void> {
    const { state, reason, atMs } = change;
    await this.#connection.run(
      'UPDATE appliances SET state = :state, state_reason = :reason, state_since_ms = :atMs WHERE uid = :uid',
      { uid, state, reason, atMs },
    );
    await this.#connection.run(
      'UPDATE appliance_beats SET is_watched = :isWatched, missing_since_ms = NULL WHERE uid = :uid',
      { uid, isWatched: Number(state === 'active') },
    );
  }

  async setRestoring(uid: string, sinceMs: number | null): Promise<void> {
    await this.#set(uid, 'restoring_since_ms', sinceMs);
  }

  async setGroup(uid: string, groupName: string): Promise<void> {
    await this.#set(uid, 'group_name', groupName);
  }

  async setSite(uid: string, siteId: string | null): Promise<void> {
    await this.#set(uid, 'site_id', siteId);
  }

  async setName(uid: string, name: string): Promise<void> {
    await this.#set(uid, 'name', name);
  }

  async setTags(uid: string, tags: readonly string[]): Promise<void> {
    await this.#connection.run('DELETE FROM appliance_tags WHERE uid = :uid', { uid });
    for (const tag of tags) {
      await this.#connection.run('INSERT INTO appliance_tags (uid, tag) VALUES (:uid, :tag)', { uid, tag });
    }
  }

  async insertCode(code: EnrolmentCodeRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO enrolment_codes (id, code_hash, account_id, type_id, site_id, group_name, label, uid, made_by, made_at_ms,
         expires_at_ms, used_at_ms, used_by_uid, withdrawn_at_ms)
       VALUES (:id, :codeHash, :accountId, :typeId, :siteId, :groupName, :label, :uid, :madeBy, :madeAtMs,
         :expiresAtMs, :usedAtMs, :usedByUid, :withdrawnAtMs)`,
      { ...code },
    );
  }

  async useCode(id: string, { uid, atMs }: { uid: string; atMs: number }): Promise<boolean> {
    const usedCount = await this.#connection.run(
      `UPDATE enrolment_codes SET used_at_ms = :atMs, used_by_uid = :uid WHERE id = :id AND ${isOpenSql}`,
      { id, uid, atMs },
    );
    return usedCount > 0;
  }

  async withdrawCode(id: string, { accountId, atMs }: { accountId: string; atMs: number }): Promise<boolean> {
    const withdrawnCount = await this.#connection.run(
      `UPDATE enrolment_codes SET withdrawn_at_ms = :atMs WHERE id = :id AND account_id = :accountId AND ${isOpenSql}`,
      { id, accountId, atMs },
    );
    return withdrawnCount > 0;
  }

  async deleteCodesOver(beforeMs: number): Promise<void> {
    await this.#connection.run('DELETE FROM enrolment_codes WHERE expires_at_ms < :beforeMs', { beforeMs });
  }

  async #set(uid: string, column: string, value: string | number | null): Promise<void> {
    await this.#connection.run(`UPDATE appliances SET ${column} = :value WHERE uid = :uid`, { uid, value });
  }

  async #tagsOfAll(uids: readonly string[]): Promise<Map<string, string[]>> {
    const rows = await this.#connection.all<{ uid: string; tag: string }>(
      `SELECT uid, tag FROM appliance_tags WHERE uid IN (${this.#connection.dialect.textsOf('uids')}) ORDER BY tag`,
      { uids: JSON.stringify(uids) },
    );
    const byUid = Map.groupBy(rows, ({ uid }) => uid);
    return new Map([...byUid].map(([uid, tagged]) => [uid, tagged.map(({ tag }) => tag)]));
  }
}

function conditionsOf(filter: ApplianceFilter): { conditions: string[]; parameters: SqlParameters } {
  const { accountId, typeId, siteId, groupName, tag, state, isMissing } = filter;
  const wanted = { accountId, typeId, siteId, groupName, tag, state };
  const columnOf = {
    accountId: 'a.account_id = :accountId',
    typeId: 'a.type_id = :typeId',
    siteId: 'a.site_id = :siteId',
    groupName: 'a.group_name = :groupName',
    tag: 'EXISTS (SELECT 1 FROM appliance_tags g WHERE g.uid = a.uid AND g.tag = :tag)',
    state: 'a.state = :state',
  };
  const given = Object.entries(wanted).filter(
    (entry): entry is [keyof typeof wanted, string] => entry[1] !== null,
  );
  const conditions = given.map(([name]) => columnOf[name]);
  if (isMissing !== null) conditions.push(`b.missing_since_ms IS ${isMissing ? 'NOT NULL' : 'NULL'}`);
  return { conditions, parameters: Object.fromEntries(given) };
}
