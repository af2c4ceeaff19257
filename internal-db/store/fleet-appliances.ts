// Store interface: appliances and the codes that they are enrolled with. Implemented in SQL, used by internal-db/fleet/.

/** What an appliance may do. Quarantined: two machines use its identity. Retired: for good. */
export type ApplianceState = 'active' | 'quarantined' | 'retired';

/** An appliance as stored. `slot` (0 to 9999) says in which wave of a rollout it is. */
export interface ApplianceRecord {
  readonly uid: string;
  readonly accountId: string;
  readonly typeId: string;
  readonly siteId: string | null;
  readonly name: string;
  readonly groupName: string;
  readonly slot: number;
  readonly state: ApplianceState;
  /** Raw public keys, base64url. */
  readonly signingKey: string;
  readonly sealingKey: string;
  /** Digest of what tells the machine from others, as it was at its enrolment. */
  readonly hardware: string;
  readonly enrolledAtMs: number;
  readonly stateSinceMs: number;
  readonly stateReason: string;
  readonly restoringSinceMs: number | null;
}

/** An appliance with the names of what it belongs to, and its newest beat. */
export interface ListedAppliance extends ApplianceRecord {
  readonly account: string;
  readonly type: string;
  readonly site: string | null;
  readonly tags: readonly string[];
  readonly lastBeatAtMs: number | null;
  readonly missingSinceMs: number | null;
  readonly agentVersion: string;
  readonly address: string;
  readonly machine: string;
}

/** What a list of appliances is narrowed to; null: not by this. */
export interface ApplianceFilter {
  readonly accountId: string | null;
  readonly typeId: string | null;
  readonly siteId: string | null;
  readonly groupName: string | null;
  readonly tag: string | null;
  readonly state: ApplianceState | null;
  readonly isMissing: boolean | null;
}

/** A code that was made. `uid`: it gives that appliance new keys. */
export interface EnrolmentCodeRecord {
  readonly id: string;
  readonly codeHash: Uint8Array;
  readonly accountId: string;
  readonly typeId: string;
  readonly siteId: string | null;
  readonly groupName: string;
  readonly label: string;
  readonly uid: string | null;
  readonly madeBy: string;
  readonly madeAtMs: number;
  readonly expiresAtMs: number;
  readonly usedAtMs: number | null;
  readonly usedByUid: string | null;
  readonly withdrawnAtMs: number | null;
}

/** A code as lists show it. */
export interface ListedEnrolmentCode extends Omit<EnrolmentCodeRecord, 'codeHash'> {
  readonly type: string;
  readonly site: string | null;
}

/** Reading appliances. */
export interface ApplianceReads {
  byUid(uid: string): Promise<ApplianceRecord | undefined>;
  listed(uid: string): Promise<ListedAppliance | undefined>;
  /** By name and uid, from behind `after`. */
  page(wanted: {
    filter: ApplianceFilter;
    after: { name: string; uid: string } | null;
    limit: number;
  }): Promise<ListedAppliance[]>;
  /** How many there are, by state, and how many of the active are missing. */
  counts(
    accountId: string | null,
  ): Promise<{ active: number; quarantined: number; retired: number; missing: number }>;
  /** How many there are, whatever their state. */
  total(): Promise<number>;
  tagsOf(uid: string): Promise<string[]>;
  quarantined(limit: number): Promise<ApplianceRecord[]>;
  codeByHash(codeHash: Uint8Array): Promise<EnrolmentCodeRecord | undefined>;
  /** Of an account, the newest first. */
  codesOf(accountId: string, limit: number): Promise<ListedEnrolmentCode[]>;
  openCodeCount(accountId: string, atMs: number): Promise<number>;
}

/** Writing appliances. */
export interface ApplianceWrites extends ApplianceReads {
  /** Puts it in, with an empty row for its beats. `taken`: a key that another one has. */
  insert(appliance: ApplianceRecord): Promise<void>;
  /** New keys for one that is there: it is active from now on, and nothing of the old machine's beats is held against it. */
  replaceKeys(
    uid: string,
    change: { signingKey: string; sealingKey: string; hardware: string; atMs: number },
  ): Promise<void>;
  setState(uid: string, change: { state: ApplianceState; reason: string; atMs: number }): Promise<void>;
  setRestoring(uid: string, sinceMs: number | null): Promise<void>;
  setGroup(uid: string, groupName: string): Promise<void>;
  setSite(uid: string, siteId: string | null): Promise<void>;
  setName(uid: string, name: string): Promise<void>;
  /** Replaces its tags. */
  setTags(uid: string, tags: readonly string[]): Promise<void>;
  insertCode(code: EnrolmentCodeRecord): Promise<void>;
  /** Marks as used; false when it was used, withdrawn or over meanwhile. */
  useCode(id: string, use: { uid: string; atMs: number }): Promise<boolean>;
  /** Withdraws an account's code that was not used; false when there is none. */
  withdrawCode(id: string, by: { accountId: string; atMs: number }): Promise<boolean>;
  deleteCodesOver(beforeMs: number): Promise<void>;
}
