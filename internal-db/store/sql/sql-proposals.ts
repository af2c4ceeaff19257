// SQL: proposals of dangerous changes. See ../proposals.ts for what each operation promises.
import type {
  NewProposal,
  ProposalPage,
  ProposalRecord,
  ProposalState,
  ProposalWrites,
} from '../proposals.ts';
import type { SqlConnection } from './sql-connection.ts';

const proposalSql = `SELECT p.id, p.kind, p.subject, p.change, p.reason, p.proposed_by AS "proposedBy", s.name AS proposer,
  p.proposed_at_ms AS "proposedAtMs", p.expires_at_ms AS "expiresAtMs", p.state, p.decided_by AS "decidedBy",
  d.name AS decider, p.decided_at_ms AS "decidedAtMs", p.preview
  FROM proposals p JOIN staff s ON s.id = p.proposed_by LEFT JOIN staff d ON d.id = p.decided_by`;

/** Proposals in SQL. */
export class SqlProposals implements ProposalWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async proposal(id: string): Promise<ProposalRecord | undefined> {
    return this.#connection.get(`${proposalSql} WHERE p.id = :id`, { id });
  }

  async proposals({ kinds, after, limit }: ProposalPage): Promise<ProposalRecord[]> {
    const { dialect } = this.#connection;
    const sql = `${proposalSql} WHERE p.kind IN (${dialect.textsOf('kinds')})
      AND (p.proposed_at_ms < :atMs OR (p.proposed_at_ms = :atMs AND p.id < :afterId))
      ORDER BY p.proposed_at_ms DESC, p.id DESC LIMIT :limit`;
    const place = { atMs: after?.atMs ?? Number.MAX_SAFE_INTEGER, afterId: after?.id ?? '' };
    return this.#connection.all(sql, { ...place, kinds: JSON.stringify(kinds), limit });
  }

  async openProposals(atMs: number, limit: number): Promise<ProposalRecord[]> {
    const sql = `${proposalSql} WHERE p.state = 'open' AND p.expires_at_ms > :atMs
      ORDER BY p.expires_at_ms LIMIT :limit`;
    return this.#connection.all(sql, { atMs, limit });
  }

  async proposalCountOf(staffId: string, sinceMs: number): Promise<number> {
    const sql = `SELECT count(*) AS count FROM proposals WHERE proposed_by = :staffId AND proposed_at_ms > :sinceMs`;
    return (await this.#connection.get<{ count: number }>(sql, { staffId, sinceMs }))?.count ?? 0;
  }

  async overdueProposals(atMs: number, limit: number): Promise<ProposalRecord[]> {
    const sql = `${proposalSql} WHERE p.state = 'open' AND p.expires_at_ms <= :atMs
      ORDER BY p.expires_at_ms LIMIT :limit`;
    return this.#connection.all(sql, { atMs, limit });
  }

  async insertProposal(proposal: NewProposal): Promise<void> {
    await this.#connection.run(
      `INSERT INTO proposals (id, kind, subject, change, reason, proposed_by, proposed_at_ms, expires_at_ms, state)
       VALUES (:id, :kind, :subject, :change, :reason, :proposedBy, :proposedAtMs, :expiresAtMs, 'open')`,
      { ...proposal },
    );
  }

  async keepPreview(id: string, preview: string): Promise<void> {
    const sql = "UPDATE proposals SET preview = :preview WHERE id = :id AND state = 'open'";
    await this.#connection.run(sql, { id, preview });
  }

  async decideProposal(decision: {
    id: string;
    state: Exclude<ProposalState, 'open'>;
    by: string | null;
    change: string;
    atMs: number;
  }): Promise<boolean> {
    const sql = `UPDATE proposals SET state = :state, change = :change, preview = NULL, decided_by = :by, decided_at_ms = :atMs
      WHERE id = :id AND state = 'open'`;
    return (await this.#connection.run(sql, decision)) === 1;
  }
}
