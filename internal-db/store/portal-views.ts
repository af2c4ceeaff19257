// Store interface: staff who see the portal as one of a customer's people does.
// Implemented by each engine, used by portal-views/ and by whoever asks whose session a secret is.
import type { UserWithAccount } from './accounts.ts';

/** A view as stored. */
export interface PortalViewRecord {
  readonly id: string;
  readonly accountId: string;
  readonly userId: string;
  readonly staffId: string;
  readonly reason: string;
  /** Whether the customer is told. */
  readonly isTold: boolean;
  /** Of the code that opens it; null once it was opened. */
  readonly codeHash: Uint8Array | null;
  /** Of the portal's session; null before it was opened, and after its end. */
  readonly secretHash: Uint8Array | null;
  readonly createdAtMs: number;
  readonly openedAtMs: number | null;
  /** The code's end; once it was opened, the session's. */
  readonly expiresAtMs: number;
}

/** A view with the user whose portal it shows, and the name of who looks. */
export type ViewWithUser = UserWithAccount & {
  readonly view: PortalViewRecord;
  readonly staffName: string;
};

/** What a customer is told of a view. */
export interface ToldViewRecord {
  readonly id: string;
  readonly userName: string;
  readonly reason: string;
  readonly openedAtMs: number;
}

/** Reading views. Nothing is found of users who were removed, or of staff who have left. */
export interface PortalViewReads {
  viewByCode(codeHash: Uint8Array): Promise<ViewWithUser | undefined>;
  viewBySecret(secretHash: Uint8Array): Promise<ViewWithUser | undefined>;
  /** What an account is told, the newest first; with `userId`, only of views of that user's portal. */
  toldViews(wanted: { accountId: string; userId: string | null; limit: number }): Promise<ToldViewRecord[]>;
}

/** Writing views. */
export interface PortalViewWrites extends PortalViewReads {
  insertView(view: PortalViewRecord): Promise<void>;
  /** Takes the code away and sets the session. */
  openView(opened: { id: string; secretHash: Uint8Array; atMs: number; expiresAtMs: number }): Promise<void>;
  /** Takes the session away. */
  endView(id: string, atMs: number): Promise<void>;
  /** Deletes views that were over before `openedBeforeMs`, and codes that nobody used until `unusedBeforeMs`. */
  forgetViews(before: { openedBeforeMs: number; unusedBeforeMs: number }): Promise<void>;
}
