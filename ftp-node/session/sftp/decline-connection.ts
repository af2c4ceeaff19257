// Says why a connection is not served, before there are any keys: our identification and SSH_MSG_DISCONNECT in clear
// (RFC 4253, sections 4.2 and 11.1), which every client shows to its user. Caller: sftp-server.ts.
import type { Socket } from 'node:net';
import type { DeclinedConnection } from '../accept-connection.ts';
import { sshIdentification, sshLimits } from './sftp-limits.ts';

const messageDisconnect = 1;
/** Reason codes of RFC 4253 section 11.1. */
const hostNotAllowed = 1;
const serviceNotAvailable = 7;
const tooManyConnections = 12;

const goodbyes: Readonly<Record<DeclinedConnection['reason'], readonly [code: number, text: string]>> = {
  banned: [hostNotAllowed, 'Too many logins have failed from your address; please try again later.'],
  too_many: [tooManyConnections, 'There are too many connections; please try again later.'],
  too_many_from_address: [
    tooManyConnections,
    'There are too many connections from your address; please close some.',
  ],
  draining: [serviceNotAvailable, 'The server is going out of service; please try again later.'],
  unavailable: [serviceNotAvailable, 'The server is busy; please try again in a moment.'],
};

/** Says it and closes. The socket is the callee's from here on. */
export function declineConnection(socket: Socket, reason: DeclinedConnection['reason']): void {
  const [code, text] = goodbyes[reason];
  // Read and forgotten: closing with unread input would reset the connection, and take the words back.
  socket.resume();
  socket.end(Buffer.concat([Buffer.from(`SSH-2.0-${sshIdentification}\r\n`), encodeDisconnect(code, text)]));
  setTimeout(() => socket.destroy(), sshLimits.lingerMs).unref();
}

/** byte SSH_MSG_DISCONNECT, uint32 reason, string description, string language tag; framed as in section 6. */
function encodeDisconnect(code: number, text: string): Buffer {
  const description = Buffer.from(text);
  const payload = Buffer.alloc(1 + 4 + 4 + description.length + 4);
  payload[0] = messageDisconnect;
  payload.writeUInt32BE(code, 1);
  payload.writeUInt32BE(description.length, 5);
  payload.set(description, 9);
  const blockBytes = 8;
  const lengthBytes = 5;
  const missingBytes = blockBytes - ((lengthBytes + payload.length) % blockBytes);
  const paddingBytes = missingBytes < 4 ? missingBytes + blockBytes : missingBytes;
  const packet = Buffer.alloc(lengthBytes + payload.length + paddingBytes);
  packet.writeUInt32BE(1 + payload.length + paddingBytes, 0);
  packet[4] = paddingBytes;
  packet.set(payload, lengthBytes);
  return packet;
}
