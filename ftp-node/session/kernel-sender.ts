// Lets the kernel send parts of files into bare sockets (sendfile(2)), for so many transfers at a time as there may be.
// Caller: send-file.ts, which copies what is not sent here. One is made for each FTP server.
import type { FileHandle } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { kernelSendBytesMax, kernelSendsMax } from '../limits.ts';
import { descriptorOf } from './socket-descriptor.ts';
import { sendFromFile } from './system-calls.ts';

/** A part of an open file. */
export interface FilePart {
  readonly handle: FileHandle;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** The sends of one server. */
export class KernelSender {
  #sendCount = 0;

  /**
   * How many bytes of the part the kernel has taken: what there was room for. Zero also when it can't, when there are too
   * many sends at once, and when the socket is gone. Never rejects. The handle must stay open until it resolves.
   */
  async send(socket: Socket, { handle, offsetBytes, lengthBytes }: FilePart): Promise<number> {
    const descriptor = descriptorOf(socket);
    if (descriptor === null || this.#sendCount >= kernelSendsMax) return 0;
    this.#sendCount += 1;
    try {
      const part = { offsetBytes, lengthBytes: Math.min(lengthBytes, kernelSendBytesMax) };
      return await sendFromFile(descriptor, handle.fd, part);
    } finally {
      this.#sendCount -= 1;
    }
  }
}
