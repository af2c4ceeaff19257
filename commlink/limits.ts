// Every limit of the commlink, with its unit in its name. Callers: this room only; openRpc takes overrides.

/** Limits of one RPC connection. A time of 0 switches that watch off. */
export interface RpcLimits {
  /** Longest line, without CR LF. Checked while reading: what is over it is never buffered. */
  readonly lineBytesMax: number;
  /** Calls that one side may have open at the other at once. */
  readonly callsInFlightMax: number;
  /** While more than this waits to be written, new calls are refused as `overloaded`. */
  readonly queueBytesMax: number;
  /** A peer that reads so slowly that more than this waits is cut off. */
  readonly queueBytesCutOff: number;
  /** Calls refused (overloaded, unknown, forbidden, malformed) in one second before the connection is closed. */
  readonly refusalsPerSecondMax: number;
  /** After so long without a line from the peer, it is asked for a sign of life. */
  readonly heartbeatMs: number;
  /** After so long without a line from the peer, it is taken for dead and the connection is closed. */
  readonly silenceMsMax: number;
}

/** For Unix sockets and socket pairs, whose ends cannot vanish unnoticed: no heartbeat. */
export const rpcLimits: RpcLimits = {
  lineBytesMax: 8 * 1024 * 1024,
  callsInFlightMax: 1024,
  queueBytesMax: 16 * 1024 * 1024,
  queueBytesCutOff: 128 * 1024 * 1024,
  refusalsPerSecondMax: 2000,
  heartbeatMs: 0,
  silenceMsMax: 0,
};

/** Longest signed document, as text: a list of 2,000 bans fits, and an unstage order or statement of 500 deliveries. */
export const documentBytesMax = 196_608;
/** Longest plaintext that is sealed. */
export const sealedPlaintextBytesMax = 65_536;
/** Longest plaintext of a section of the configuration; sealed, it is a million characters. */
export const sectionPlaintextBytesMax = 700_000;
/** Keys in one generation of a bag: odd, because some systems give outgoing connections even ports only. */
export const bagSize = 127;
/** Connections to one Unix socket at once. */
export const unixConnectionsMax = 64;

/** Limits of one RPC connection between nodes: like the local ones, with a sign of life. */
export const linkRpcLimits: RpcLimits = { ...rpcLimits, heartbeatMs: 5_000, silenceMsMax: 15_000 };

/** From an accepted or opened TCP connection to a proven link. */
export const handshakeMsMax = 5_000;
/** Longest line of the node proof. */
export const proofLineBytesMax = 256;
/** Longest line of the proofs of joining and administration, which bring a key or an id along. */
export const joinProofLineBytesMax = 512;
/** Connections that are in their handshake at once. */
export const handshakesMax = 256;
/** Of these, from one address. */
export const handshakesPerAddressMax = 64;
/** Accepted links from one node at once: 16 connections, each overlapping with its successor, and as many again. */
export const acceptedLinksPerPeerMax = 64;
/** TCP keep-alive probes start after this. */
export const keepAliveMs = 15_000;
/** Local ports that are tried before a dial counts as failed. */
export const localPortAttemptsMax = 32;
/** First pause between two attempts to dial; it doubles with each failure. */
export const redialPauseMsMin = 100;
/** Longest pause between two attempts to dial. */
export const redialPauseMsMax = 5_000;
/** A link that lasted less than this counts as a failed attempt, so that a refused node does not hammer. */
export const settledLinkMs = 2_000;
/** A drained link is closed after this, answered or not: longer than any deadline between nodes. */
export const drainMsMax = 30_000;
/**
 * How long a way to this node, or from it, that the configuration no longer has is kept beside the new one: the other end
 * may install the same version a little later.
 */
export const handoverMsMax = 30_000;
/** A call that was declined between two configurations is tried again after this; the pause doubles each time, */
export const declinedPauseMsMin = 50;
/** up to this. */
export const declinedPauseMsMax = 200;
/** It is not tried with less time than this: an answer that comes too late says nothing, but `declined` that nothing was done. */
export const declinedRetryMsMin = 250;
/** Join links at once. */
export const joinLinksMax = 16;
/** Operators' connections to one administration listener at once. */
export const operatorConnectionsMax = 32;
/** How long closing a commlink waits for calls in flight. */
export const closeMsMax = 3_000;
/** Refused links that are logged in a minute; the rest are counted in one line. */
export const loggedRefusalsPerMinuteMax = 60;
/** Connections to a metrics listener at once. */
export const metricsConnectionsMax = 16;
/** How long a reader of metrics may take for its request. */
export const metricsRequestMsMax = 10_000;
/** How much of an artifact is read from the disk at a time to be hashed. */
export const artifactReadBytes = 1024 * 1024;
/** The longest part of an artifact in one message between nodes. */
export const artifactSliceBytesMax = 256 * 1024;
/** A balancer's PROXY protocol header must be whole within so long. */
export const proxyHeaderMsMax = 5_000;
/** And it may have so many bytes. */
export const proxyHeaderBytesMax = 4096;
