// The protocols that a session server can serve. Callers: the session server, and the stager's side of its sockets.

/** Their names, in the order in which a session server inherits their sockets. */
export const protocolNames = ['https', 'ftp', 'sftp'] as const;
/** The name of a protocol. */
export type ProtocolName = (typeof protocolNames)[number];
