// Store interface: dangerous changes that one of the staff has proposed, and what became of them.
// Implemented by each engine, used by second-person/.
import type { DangerousChangeKind } from '#commlink/settings/second-person-settings.ts';
import type { TimePlace } from './access-events.ts';

/** What has become of a proposal. One that is `open` after its time is as good as expired. */
export type ProposalState = 'open' | 'approved' | 'declined' | 'withdrawn' | 'expired';

/** A proposal as stored. */
export interface ProposalRecord {
  readonly id: string;
  readonly kind: DangerousChangeKind;
  /** What it is about: a name. */
  readonly subject: string;
  /** JSON of the change, as second-person/dangerous-change.ts has it. */
  readonly change: string;
  readonly reason: string;
  /** The id of the member of staff, and the name. */
  readonly proposedBy: string;
  readonly proposer: string;
  readonly proposedAtMs: number;
  readonly expiresAtMs: number;
  readonly state: ProposalState;
  readonly decidedBy: string | null;
  readonly decider: string | null;
  readonly decidedAtMs: number | null;
  /** JSON of what it would do, as it was found out last; null: not yet, or it is decided. */
  readonly preview: string | null;
}

/** A new one; the names come from the staff. */
export type NewProposal = Omit<
  ProposalRecord,
  'proposer' | 'state' | 'decidedBy' | 'decider' | 'decidedAtMs' | 'preview'
>;

/** A page of them, newest first. */
export interface ProposalPage {
  readonly kinds: readonly DangerousChangeKind[];
  readonly after: TimePlace<string> | null;
  readonly limit: number;
}

/** Reading proposals. */
export interface ProposalReads {
  proposal(id: string): Promise<ProposalRecord | undefined>;
  /** Of these kinds, newest first. */
  proposals(page: ProposalPage): Promise<ProposalRecord[]>;
  /** Open, and not over at that time; the oldest first. */
  openProposals(atMs: number, limit: number): Promise<ProposalRecord[]>;
  /** How many somebody has made since then. */
  proposalCountOf(staffId: string, sinceMs: number): Promise<number>;
  /** Open, although their time is over. */
  overdueProposals(atMs: number, limit: number): Promise<ProposalRecord[]>;
}

/** Writing proposals. */
export interface ProposalWrites extends ProposalReads {
  insertProposal(proposal: NewProposal): Promise<void>;
  /** While it is open. */
  keepPreview(id: string, preview: string): Promise<void>;
  /** Tells whether it was open until now. `by`: the member of staff; null when its time was over. */
  decideProposal(decision: {
    id: string;
    state: Exclude<ProposalState, 'open'>;
    by: string | null;
    /** What is kept of the change. */
    change: string;
    atMs: number;
  }): Promise<boolean>;
}
