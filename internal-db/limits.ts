// Every limit of internal-db in one place, with its unit in its name.
// Limits on messages are in #commlink/methods/fields.ts; those on lines and links belong to the commlink.

/** Transactions that may wait for the one that runs. More are refused as `overloaded`. */
export const waitingTransactionsMax = 2000;
/** Transactions that share one commit, and so one flush to the disk. */
export const transactionsPerCommitMax = 100;
/** How long a statement waits for a lock that another process holds on the database file. */
export const databaseBusyTimeoutMs = 5000;
/** PostgreSQL: connections that read at the same time. */
export const databaseReadersMax = 8;
/** PostgreSQL: how long one statement may take, waiting for locks included. */
export const databaseStatementTimeoutMs = 30_000;
/** PostgreSQL: how long a transaction may stand still before the server ends it; the other processes wait for it. */
export const databaseIdleTransactionMs = 10_000;
/** PostgreSQL: after how many silent seconds the server asks whether a client's machine is still there. */
export const databaseSilenceSeconds = 5;
/** PostgreSQL: how often an internal-db looks whether it leads, or may. */
export const leaderLookIntervalMs = 1000;
/** PostgreSQL: after so many such looks without a link to any web-front a leader lets the others have the lead. */
export const unfitLeaderLooksMax = 10;
/** PostgreSQL: a leader that has waited this long for the server's answer leads no more; less than the server takes to notice. */
export const leaderAnswerWithinMs = 3000;
/** PostgreSQL: so long after the last question that was answered a leader leads; then, only later, the server gives the lead away. */
export const leaderLease = { trustedForMs: 5000, givenAwayAfterMs: 7000 } as const;
/** How often an internal-db looks whether it is still one of those that use the database, and knows its schema. */
export const databasePlaceIntervalMs = 1000;
/** Where several internal-dbs use one database: how far a machine's clock may be from the server's. Less than `grantUseWithinMs`. */
export const databaseClockApartMaxMs = 30_000;
/** How often each notes its clock there, and for how long others go by that. */
export const databaseClockNote = { intervalMs: 10_000, validForMs: 30_000 } as const;
/** For so long after the last change that found no room operators are told that the database is full. */
export const databaseFullToldMs = 30_000;
/** PostgreSQL: how long connecting may take. */
export const databaseConnectTimeoutMs = 5000;
/** PostgreSQL: how long a lost server is waited for before a call fails. */
export const databaseRetryWithinMs = 15_000;
/** PostgreSQL: the pause between two attempts. */
export const databaseRetryPauseMs = 100;
/** PostgreSQL: how long a start waits for the server, and for a copy into the database to end. */
export const databaseStartWithinMs = 20_000;
/** Rows that go into one statement while a database is copied; PostgreSQL takes 65,535 parameters. */
export const copiedRowsPerStatement = 500;
/** Prepared statements kept a connection. */
export const preparedStatementsMax = 300;
/** Ranges of versions that are kept parsed. */
export const parsedRangesMax = 1000;

/** Password checks that run at the same time; each takes 64 MiB and a libuv thread (of four) for about 0.1 s. */
export const passwordChecksRunningMax = 2;
/** Password checks that may wait; more are answered "throttled". */
export const passwordChecksWaitingMax = 64;
/** What a client is asked to wait when too many password checks wait. */
export const passwordQueueRetryAfterMs = 2000;

/** Failed sign-ins that cost no delay, for one name from one address. */
export const freeFailuresPerNameAndAddress = 5;
/** The same for one address, whatever the names: many people may share it. */
export const freeFailuresPerAddress = 30;
/** The same for one name, whatever the addresses. */
export const freeFailuresPerName = 50;
/** The first delay after the free failures; it doubles with each further one. */
export const failureDelayFirstMs = 1000;
/** The longest delay. */
export const failureDelayMaxMs = 15 * 60_000;
/** A key's failures are forgotten when it was quiet for so long. */
export const failureMemoryMs = 30 * 60_000;
/** Keys remembered; beyond that the one that failed longest ago is forgotten. */
export const failureKeysMax = 50_000;

/** Failed logins that are counted towards bans; beyond that the network that failed longest ago is forgotten. */
export const failedLoginsKeptMax = 100_000;
/** Who is banned again within this time is banned for twice as long. */
export const banRepeatWithinMs = 30 * 86_400_000;
/** Up to this. */
export const banDurationMsMax = 7 * 86_400_000;
/** Bans are kept for so long after they are over. */
export const bansKeptMs = 90 * 86_400_000;
/** The shortest prefixes that may be banned: a shorter one is a mistype. */
export const banPrefixBitsMin = { 4: 16, 6: 32 } as const;
/** How long whoever bans or lifts waits for the nodes to confirm it. */
export const banWaitMs = 3000;
/** The pause between two lists of bans to one node. */
export const banListPauseMs = 100;
/** How often the list of bans is sent again to nodes that are behind. */
export const banRetryIntervalMs = 2000;

/** Wrong codes of one person in the second step that cost no delay, whatever the addresses: its password is known then. */
export const freeSecondStepFailures = 10;
/** How long a sign-in waits for its second step, and an app or passkey for its first code. */
export const factorChallengeLifetimeMs = 5 * 60_000;
/** Tries that such a question takes. */
export const factorChallengeAttemptsMax = 5;
/** Such questions of one kind that are open at the same time; beyond that the oldest is forgotten. */
export const factorChallengesMax = 10_000;
/** Of these, questions for a passkey that anybody may ask for, from one address (IPv6: one /64). */
export const factorChallengesPerAddressMax = 100;
/** Secrets of an older program that are sealed in one transaction. */
export const openTotpsPerRoundMax = 500;
/** How long a sign-in, or a password given again, counts as a proof of who it is. */
export const recentProofMs = 15 * 60_000;
/** Sessions of which is remembered that the password was given again; beyond that the oldest is asked once more. */
export const recentProofsKeptMax = 10_000;
/** Recovery codes that a person gets. */
export const recoveryCodesCount = 10;

/** How long an invitation may be accepted. */
export const invitationLifetimeMs = 7 * 86_400_000;
/** How long a link to set a forgotten password works. */
export const resetLinkLifetimeMs = 3_600_000;
/** Such links that one person is sent within that time; more requests are answered the same, and send nothing. */
export const resetLinksPerUserMax = 3;
/** Users with one address that a forgotten password is mailed about. */
export const usersPerAddressMax = 5;
/** Requests for forgotten passwords that wait for their mail; more are dropped. */
export const resetRequestsWaitingMax = 1000;
/** How long a link that confirms an address works. */
export const confirmLinkLifetimeMs = 86_400_000;
/** A browser session's last use is written at most this often. */
export const sessionUseWriteIntervalMs = 5 * 60_000;

/** The pause before a node that could not be asked is asked again to end somebody's sessions. */
export const accessCutPauseMs = 5000;
/** How often that is done. */
export const accessCutRoundsMax = 720;

/** Mails sent in one round. */
export const mailsPerRoundMax = 20;
/** How often waiting mails are looked for; a new one is sent at once. */
export const mailIntervalMs = 10_000;
/** The pause after a mail's first failed attempt; it doubles with each further one. */
export const mailRetryFirstMs = 30_000;
/** The longest pause. */
export const mailRetryMaxMs = 4 * 3_600_000;
/** Mails without a link of a shorter life are given up after this. */
export const mailLifetimeMs = 3 * 86_400_000;
/** How long what became of a mail is kept. */
export const mailsKeptMs = 30 * 86_400_000;
/** How long a mail server may take for a connection, and to say something. */
export const mailServerTimeoutMs = 20_000;
/** How often is looked for licences, tokens and keys that end. */
export const endingsIntervalMs = 15 * 60_000;
/** How many days before an end its owners are told. */
export const endingDays = [30, 7, 1] as const;
/** Endings that are told in one transaction. */
export const endingsPerRoundMax = 200;
/** Unused tokens, and as many keys, that are told of in one round. */
export const unusedPerRoundMax = 200;

/** A sealed login attempt must be this close to the wall clock. */
export const loginAttemptAgeMaxMs = 120_000;
/** For so long after the last such login operators are told that a node's clock is too far from this one. */
export const clockApartToldMs = 600_000;
/** A login with a user's password or SSH key ends after this, at the latest. */
export const passwordLoginLifetimeMs = 24 * 3_600_000;
/** `lastUsedAtMs` of a personal token or an SSH key is written at most this often. */
export const credentialUseWriteIntervalMs = 60_000;
/** Live personal tokens a user may have. */
export const personalTokensPerUserMax = 100;
/** SSH keys a user may have. */
export const sshKeysPerUserMax = 50;
/** Characters of a key's name. */
export const sshKeyNameCharactersMax = 100;
/** RSA keys shorter than this are refused as weak. */
export const rsaKeyBitsMin = 2048;
/** Longer ones are refused, since each login would cost us their verification. */
export const rsaKeyBitsMax = 8192;
/** The same for the public exponent, which is 65537 in all but odd keys. */
export const rsaExponentBytesMax = 4;

/** A staging grant must be used within this time. */
export const grantUseWithinMs = 60_000;
/** Live deliveries an account may have at the same time. */
export const liveDeliveriesPerAccountMax = 2000;
/** Other nodes that are tried for a delivery that one could not stage. */
export const stagingRetriesMax = 2;
/** Deliveries in one unstage order: as many as surely fit the 16 KiB of a signed document. */
export const deliveriesPerOrderMax = 150;
/** Downloads of each delivery that a customer is shown. */
export const customerDownloadsPerDeliveryMax = 50;
/** Products of an account that are searched. */
export const catalogProductsMax = 500;
/** Releases that are read at a time to fill a page with those that an account may see. */
export const releasesReadAtATime = 50;
/** Releases that are read for one page at most; the next page goes on there. */
export const releasesReadMax = 1000;
/** Channels of a product that its page names. */
export const productChannelsMax = 20;
/** News on a home page. */
export const newsMax = 20;
/** What came within this time is news on somebody's first visit. */
export const firstVisitNewsMs = 30 * 86_400_000;
/** Who comes back after so long begins a new visit. */
export const visitPauseMs = 30 * 60_000;
/** During a visit its last moment is written down at most this often. */
export const visitNoteIntervalMs = 60_000;
/** A right that ends within this time is told of. */
export const rightsEndSoonMs = 60 * 86_400_000;
/** Such rights that are told of. */
export const endingRightsMax = 20;
/** Words of a search; further ones are left out. */
export const searchWordsMax = 8;
/** What a search finds. */
export const searchMatchesMax = 50;
/** Of these, releases that are there for their version. */
export const searchReleasesMax = 20;
/** Rows of the catalog that are remembered while it stands, of some hundred bytes each; then they are read again. */
export const rememberedRowsMax = 50_000;
/** Files that a release has room for. */
export const catalogFilesMax = 500;

/** How long an administrator's call waits for nodes to confirm that they unstaged. */
export const unstageWaitMs = 3000;
/** One attempt to hand an order to a node. */
export const unstageAttemptDeadlineMs = 5000;
/** How often unconfirmed orders are sent again. */
export const unstageRetryIntervalMs = 2000;
/** Orders to one node that are sent in one round. */
export const ordersPerNodeAndRoundMax = 20;
/** How long a web-front may take to stage for the command line. */
export const stageDeadlineMs = 15_000;

/** How often the web-fronts are asked which nodes they reach. */
export const nodeDirectoryIntervalMs = 5000;
/** How long a web-front may take to answer that. */
export const nodeDirectoryDeadlineMs = 3000;
/** How long a node counts as reachable after it was named. */
export const nodeHeardWithinMs = 20_000;

/** A node that is so full is given deliveries only when all others are too. */
export const fullNodePercent = 90;

/** Deliveries that are moved away from a lost node in one round, and how many of them at the same time. */
export const movedDeliveries = { perRoundMax: 200, atATime: 8 } as const;

/** How often overdue deliveries and sessions are ended. */
export const expiryIntervalMs = 5000;
/** Deliveries that are ended in one transaction. */
export const expiryBatchMax = 500;
/** How often the highest time seen is written down. */
export const clockRecordIntervalMs = 30_000;
/** A wall clock that is behind the highest time seen by more than this is warned about. */
export const clockBehindWarningMs = 2000;

/** Audit entries read at a time while the chain is verified. */
export const auditPageMax = 1000;
/** Characters of an audit entry's detail. */
export const auditDetailCharactersMax = 8192;
/** Ids of one kind that an entry names; their number is always there. */
export const auditedIdsMax = 50;
/** Characters of an audit entry's subject. */
export const auditSubjectCharactersMax = 500;

/** How often what happened to the cluster's configuration is written to the audit log. */
export const configurationAuditIntervalMs = 1000;
/** Such events that may wait, for the database to open or to have room; more are counted. */
export const configurationEventsWaitingMax = 1000;
/** Refusals that are written at a time; more are counted, so that a node can't fill the log with them. */
export const configurationRefusalsPerWriteMax = 10;

/** Different logins that wait to be noted for the console; more are only counted. */
export const accessEventsWaitingMax = 10_000;
/** How often they are written. */
export const accessWriteIntervalMs = 1000;
/** How long they are kept. */
export const accessEventsKeptMs = 400 * 86_400_000;

/** Console: what the search box shows of each kind. */
export const searchHitsMax = 20;
/** Console: entries of a customer's timeline on a page. */
export const timelineRowsMax = 30;
/** Console: customers on a page of the list. */
export const accountRowsMax = 50;
/** Console: people, and deliveries that are ready, on a customer's page. */
export const customerRowsMax = 200;
/** Console: entitlements on a page. */
export const entitlementRowsMax = 25;
/** Changes of entitlements in one table. */
export const bulkLinesMax = 1000;
/** Bytes of the form with such a table. */
export const bulkFormBytesMax = 1024 * 1024;

/** Console: a staff session's lifetime. */
export const staffSessionLifetimeMs = 8 * 3_600_000;
/** How long a code of the console opens a view of the portal. */
export const portalViewCodeLifetimeMs = 60_000;
/** How long such a view lasts. */
export const portalViewLifetimeMs = 30 * 60_000;
/** How long it is kept that there was one. */
export const portalViewsKeptMs = 400 * 86_400_000;
/** How long an invitation is kept after its time, whatever became of it. */
export const invitationsKeptMs = 90 * 86_400_000;
/** How long an order to a node is kept after the node has carried it out. */
export const unstageOrdersKeptMs = 30 * 86_400_000;
/** How long it is kept that a node has lost a file. */
export const artifactLossesKeptMs = 30 * 86_400_000;
/** Console: the longest address that a sign-in leads back to. */
export const consoleNextCharactersMax = 2000;
/** Console: rows on a page. */
export const consoleRowsMax = 200;
/** Console: open connections. */
export const consoleConnectionsMax = 256;
/** Console: how long requests may go on after its address changed, or the program was told to stop. */
export const consoleDrainMs = 3000;
/** Console: the largest form accepted. */
export const consoleBodyBytesMax = 256 * 1024;

/** Uploads of one member of staff, or of the command line, that are under way. */
export const uploadsPerStarterMax = 50;
/** Uploads that are not finished within this time are removed. */
export const uploadLifetimeMs = 7 * 86_400_000;
/** Uploads that are removed in one round. */
export const uploadsForgottenAtATime = 50;
/** What uploads leave free of the database's disk. */
export const originFreeBytesMin = 256 * 1024 * 1024;
/** How often is asked whether the bucket of the originals can be used. */
export const bucketLookIntervalMs = 30_000;
/** How often originals that nothing needs any more are looked for. */
export const originalRemovalIntervalMs = 3_600_000;
/** Originals that are removed in one round. */
export const removalsPerRoundMax = 50;
/** What a leader noted in the bucket and has not renewed for so long is another's to delete: far longer than a deletion may take. */
export const removalAdoptedAfterMs = 3_600_000;
/** For how long a node may fetch an artifact from others; each order gives it a new permit. */
export const artifactPermitLifetimeMs = 6 * 3_600_000;
/** Of the artifacts in one order, the first so many are told with other nodes that have them. */
export const sourcedArtifactsPerOrderMax = 4;
/** Other nodes that a node is told for one artifact. */
export const sourcesPerArtifactMax = 3;
/** Artifacts in one order to a node: as many as surely fit the 16 KiB of a signed document. */
export const artifactsPerOrderMax = 80;
/** Files of a product that its popularity places at all nodes. */
export const popularFilesMax = 500;
/** How long what is popular is taken for what it was. */
export const popularityFreshMs = 60_000;
/** Deliveries at one node whose file has come there that are staged in one round, and how many of them at the same time. */
export const arrivalsPerRound = { max: 500, atATime: 8 } as const;
/** Within this time one loss of a file by a node is audited; the others are logged. */
export const lossesAuditedWithinMs = 3_600_000;
/** So many losses of one node are audited within that time. */
export const lossesAuditedPerNodeMax = 1000;
/** How often nodes that lack artifacts are told again, and asked how far they are. */
export const holdingOrderIntervalMs = 2000;

/** Console: how long a request may take to arrive. */
export const consoleRequestMsMax = 30_000;
/** Console: how long an upload by a member of staff may take; a file over a slow line takes hours. */
export const consoleUploadMsMax = 24 * 3_600_000;
/** Console: how long its headers may take. */
export const consoleHeadersMsMax = 20_000;
/** Console: bytes of a field of a form with files. */
export const multipartFieldBytesMax = 4096;
/** Console: fields, and files, of such a form. */
export const multipartPartsMax = 100;
