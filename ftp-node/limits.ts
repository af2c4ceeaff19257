// Every limit of the FTP node, named, with its unit last. The session servers' defaults may be changed one by one in
// the configuration (`limits`); the stager's are fixed. Callers: the files that obey the limits.
import type { SessionLimits } from './session/session-services.ts';

const kibibyte = 1024;
const second = 1000;
const minute = 60 * second;

/** How long nobody may have answered a login, while a web-front is linked, before the node decides deliveries' own logins. */
export const silenceMsMin = 30 * second;

/** All limits that may be configured: those of a session server, and those that the stager obeys for all of them. */
export interface NodeLimits extends SessionLimits {
  readonly connectionsMax: number;
  readonly connectionsPerAddressMax: number;
  readonly sessionsPerAccountMax: number;
  readonly transfersPerAccountPerSecondMax: number;
  readonly transfersMax: number;
  readonly transfersPerAccountMax: number;
  readonly transfersPerAddressMax: number;
  /** 0 is no limit. */
  readonly bytesPerSecondMax: number;
  readonly bytesPerSecondPerAccountMax: number;
  readonly bytesPerSecondPerAddressMax: number;
  /** A node that stops lets running transfers finish for so long, and then ends them. */
  readonly drainWithinMs: number;
}

/** The limits of a node where the configuration says nothing else. */
export const defaultSessionLimits: NodeLimits = {
  connectionsMax: 4000,
  connectionsPerAddressMax: 256,
  sessionsPerAccountMax: 128,
  loginDeadlineMs: 30 * second,
  loginAttemptsMax: 3,
  idleTimeoutMs: 5 * minute,
  stallTimeoutMs: minute,
  dataConnectionTimeoutMs: 20 * second,
  commandBytesMax: 5 * kibibyte,
  // Two of these for each running transfer. Larger ones gain little on fast paths and cost memory on slow ones.
  readChunkBytes: 512 * kibibyte,
  passivePortsPerAccountMax: 32,
  transfersPerAccountPerSecondMax: 50,
  transfersMax: 4000,
  transfersPerAccountMax: 256,
  transfersPerAddressMax: 256,
  bytesPerSecondMax: 0,
  bytesPerSecondPerAccountMax: 0,
  bytesPerSecondPerAddressMax: 0,
  rekeyBytes: 1024 ** 3,
  rekeyIntervalMs: 60 * minute,
  drainWithinMs: minute,
};

/** The kernel sends so much of a file at a time (sendfile(2)). */
export const kernelSendBytesMax = 8192 * kibibyte;
/** For so many transfers of one session server at a time: each has a thread meanwhile. */
export const kernelSendsMax = 32;

/** How many directory entries are looked at together while a directory is listed. */
export const listBatchEntries = 64;

/** How often a sent file is looked at until its last bytes are acknowledged: first pause, and longest pause. */
export const acknowledgementPollMs = { first: 1, longest: 50 } as const;

/**
 * What may follow a transfer's last byte: a close_notify (24 bytes in TLS 1.3, up to 85 with the CBC suites of TLS 1.2) and
 * the FIN. A client may close before its kernel has acknowledged these, and they are not the file.
 */
export const closingBytesMax = 86;

/** A second inode of an artifact is made when the first has all the links it may have; so many at most. */
export const inodesPerArtifactMax = 1000;

/** An upload to the storeroom that sends nothing for so long is given up. */
export const ingestIdleTimeoutMs = minute;

/** How often the stager looks for deliveries whose time is over. */
export const expiryIntervalMs = 250;
/** How many of them it ends in one transaction. */
export const expiryBatchDeliveries = 200;
/** A difference between wall clock and steady clock, from one look to the next, that is worth a warning. */
export const clockJumpNoticeMs = 5 * second;

/** Deliveries that the reconciler holds in memory at once. */
export const reconcilePageDeliveries = 500;
/** Deliveries in one statement to internal-db: an order that ends all of them still fits a signed document. */
export const statementDeliveriesMax = 150;

/** Reports sent in one call. */
export const reportBatchMax = 50;
/** After a batch that was not full, so long is waited for the next: reports of many small files travel together. */
export const reportGatherMs = 100;
/** While so many reports wait because internal-db is out of reach, no progress is added to them. */
export const progressBacklogMax = 1000;
/** The end of a download waits so long for something else that is to be durable, to share its fsync. */
export const endingPatienceMs = 20;
/** A download that has begun is reported after so long, unless it is over. */
export const announcementDelayMs = 100;
/** How often the progress of running downloads is recorded and reported. */
export const progressIntervalMs = second;
/** Pauses after a failed report: the first, doubled up to the longest. */
export const reportRetryMs = { first: 250, longest: 30 * second } as const;

/** Those who watch see how fast a transfer was over the last so many milliseconds. */
export const speedWindowMs = 5 * second;

/** After a change, transfers get new rates so soon, and no more often than that. */
export const paceChangeMs = 200;
/** While bandwidth is limited: how often it is looked at who uses less than it may. */
export const paceReviewMs = second;
/** A transfer that is younger than this is taken to use all that it gets. */
export const paceTrialMs = 3 * second;
/** What a transfer that uses nothing now is given all the same, if its share is that much, to begin again with. */
export const demandFloorBytesPerSecond = 64 * kibibyte;
/** A transfer that could send nothing for a while may send so much time's worth of its rate at once. */
export const rateBurstMs = 100;
/** How soon a transfer that waits for its turn hears of a new rate. */
export const paceLookMsMax = 100;

/** How often a session server tells its stager how far its transfers are, and looks for sessions to end. */
export const sessionTickMs = second;
/** How long a session server remembers what it was told of a transfer that it does not know yet. */
export const cutMemoryMs = minute;

/** A transfer of an account that begins too many is held back for so long at most, and declined when that is not enough. */
export const transferPatienceMsMax = 2 * second;
/** How often the accounts are forgotten that begin no transfers any more. */
export const transferPaceSweepMs = 10 * second;

/** A session in a session server whose configuration was replaced is ended when it is idle for so long. */
export const retiredIdleTimeoutMs = 5 * second;
/** Transfers in such a session server may take so long; then they are ended. */
export const retiredWithinMs = 12 * 60 * minute;
/** Replaced session servers with running transfers; when there are more, the oldest ones are drained. */
export const retiredGenerationsMax = 16;

/** After the end of all sessions: so long for their last reports to reach the stager, and for the process to exit. */
export const lastReportsWithinMs = 2 * second;
/** A session server that has not started after so long is stopped. */
export const sessionServerStartWithinMs = 20 * second;
/** Pauses before a session server that died is started again: the first, doubled up to the longest. */
export const sessionServerRestartMs = { first: 250, longest: 10 * second } as const;
/** How often a session server is asked for a sign of life. */
export const sessionServerCheckMs = 2 * second;
/** After so many unanswered questions it is killed. */
export const sessionServerMissedChecksMax = 3;

/** HTTPS: so long may an idle connection wait for the next request. */
export const httpsKeepAliveMs = 15 * second;
/** HTTPS: bytes of a request's line and headers; a signed URL has up to 16 KiB of its own. */
export const httpsHeaderBytesMax = 32 * kibibyte;
/** HTTPS: requests of one connection that may wait for their answers. Browsers and download managers send one. */
export const httpsPipelinedRequestsMax = 16;

/** HTTPS: connections at once that are told that the node is going out of service; more are closed. */
export const declinedConnectionsMax = 64;
/** HTTPS: ranges that one request may ask for; of more, the whole file is sent. */
export const httpsRangesMax = 32;

/** Connections that the kernel keeps until they are accepted (listen(2)). */
export const connectionBacklog = 1024;
/** How often a server that closes looks whether its last connection is gone. */
export const closePollMs = 10;
/** The longest that a staging grant may still be usable for when it arrives; internal-db gives them a minute. */
export const grantLifetimeMsMax = 60 * minute;

/** What pulling artifacts leaves free of the storeroom's disk. */
export const storeroomReserveBytes = 64 * 1024 * 1024;
/** Artifacts that are looked up at a time to be dropped, and to be compared with the disk. */
export const droppedAtATime = 100;
/** How often is looked whether it is time to read the storeroom again. */
export const storeroomCheckLookMs = minute;
/** Parts of artifacts that are given to other nodes at the same time. */
export const slicesGivenMax = 8;
/** Parts of an artifact that are asked for at the same time. */
export const artifactSlicesInFlight = 4;
/** Pauses before an artifact that could not be fetched is tried again: the first, doubled up to the longest. */
export const artifactRetryMs = { first: 500, longest: 30 * second } as const;
/** How long internal-db, or another node, may take for a part of an artifact. */
export const artifactSliceMsMax = 15 * second;
