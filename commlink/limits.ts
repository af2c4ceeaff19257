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

/** Longest signed document, as text. Agrees with SignedText in methods/fields.ts. */
export const documentBytesMax = 16_384;
/** Longest plaintext that is sealed. */
export const sealedPlaintextBytesMax = 65_536;
/** Connections to one Unix socket at once. */
export const unixConnectionsMax = 64;
