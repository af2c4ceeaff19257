// The protocols that a session server can serve. Callers: the session server, and the stager's side of its sockets.

/** Their names (`ftps`: TLS from the first byte; `http`: for what is signed and encrypted itself), in the order in which a session server inherits their sockets. */
export const protocolNames = ['https', 'ftp', 'sftp', 'ftps', 'http'] as const;
/** The name of a protocol. */
export type ProtocolName = (typeof protocolNames)[number];
