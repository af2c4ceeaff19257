// Speaks SFTP version 3 on one channel, from INIT to the end of input. Caller: ssh-connection.ts.
// Requests are answered strictly in order. READs are read from the disk ahead of their turn, as far as the budgets of
// the channel and the account allow; everything else waits until all before it was sent.
import type { ServerChannel } from 'ssh2';
import { answerRequest, type AnswerContext } from './sftp-answers.ts';
import { ByteBudget } from './byte-budget.ts';
import { ChannelInput } from './channel-input.ts';
import type { OpenDownload, ReadReply } from './open-download.ts';
import { decodeRequest } from './sftp-decode.ts';
import { encodeStatus, encodeVersion, sealDataReply } from './sftp-encode.ts';
import { sftpLimits } from './sftp-limits.ts';
import { SftpError, statusCode, type SftpRequest } from './sftp-protocol.ts';
import { encodeBadHandle, encodeFailure, encodeNotFound, encodeTryAgain } from './sftp-refusals.ts';
import type { SshTransport } from './ssh-transport.ts';

/** What a channel is served with. */
export interface SftpSessionOptions extends Omit<AnswerContext, 'confirm'> {
  readonly channel: ServerChannel;
  readonly transport: SshTransport;
  readonly accountBudget: ByteBudget;
  /** Called for each request and each reply: the session is not idle. */
  touch(): void;
  /** True when this is the only SFTP session of its connection. */
  isAlone(): boolean;
}

type ReadRequest = Extract<SftpRequest, { kind: 'read' }>;

/** One SFTP session. `run` is called once. */
export class SftpSession {
  readonly #options: SftpSessionOptions;
  readonly #context: AnswerContext;
  readonly #input: ChannelInput;
  readonly #channelBudget = new ByteBudget(sftpLimits.channelInFlightBytesMax);
  readonly #replyFailure = new AbortController();
  /** Aborts with the channel, and when a reply can't be sent. */
  readonly #signal: AbortSignal;
  /** Settles when every reply so far was handed to ssh2; never rejects. */
  #lastReply: Promise<void> = Promise.resolve();
  #readsInFlight = 0;

  constructor(options: SftpSessionOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#replyFailure.signal]);
    const confirm = (): Promise<boolean> => options.transport.confirm(options.isAlone(), this.#signal);
    this.#context = { ...options, confirm };
    this.#input = new ChannelInput(options.channel);
  }

  /** Serves until the client ends its input; then all replies are sent. Rejects when the session broke. */
  async run(): Promise<void> {
    const { handles } = this.#options;
    let isOrderly = false;
    try {
      await this.#open();
      for (;;) {
        const packet = await this.#input.nextPacket(this.#signal);
        if (packet === null) break;
        this.#options.touch();
        await this.#serve(decodeRequest(packet));
      }
      await this.#settleReplies();
      isOrderly = true;
    } finally {
      this.#replyFailure.abort(new SftpError('ended', 'The session is over.'));
      await handles.closeAll(isOrderly ? 'left' : 'broken');
    }
  }

  async #open(): Promise<void> {
    const packet = await this.#input.nextPacket(this.#signal);
    if (packet === null) return;
    if (decodeRequest(packet).kind !== 'init')
      throw new SftpError('malformed', 'The first packet is not INIT.');
    await this.#send(encodeVersion());
  }

  async #serve(request: SftpRequest): Promise<void> {
    if (request.kind === 'read') return await this.#serveRead(request);
    if (request.kind === 'init') throw new SftpError('malformed', 'INIT comes twice.');
    await this.#settleReplies();
    await this.#send(await answerRequest(this.#context, request));
  }

  async #serveRead(request: ReadRequest): Promise<void> {
    const { id, handle, length } = request;
    const item = this.#options.handles.find(handle);
    if (item?.kind !== 'file' || length === 0) {
      await this.#settleReplies();
      return await this.#send(
        item?.kind === 'file'
          ? encodeStatus(id, statusCode.eof, 'Nothing was asked for.')
          : encodeBadHandle(id),
      );
    }
    if (this.#readsInFlight >= sftpLimits.readsInFlightMax) await this.#settleReplies();
    const giveBack = await this.#takeBudget(Math.min(length, sftpLimits.readBytesMax));
    this.#readsInFlight += 1;
    // The reading starts now, the sending when its turn comes.
    const reply = this.#read(item.download, request);
    this.#lastReply = this.#sendInTurn(this.#lastReply, reply, item.download).finally(() => {
      this.#readsInFlight -= 1;
      giveBack();
    });
  }

  async #takeBudget(bytes: number): Promise<() => void> {
    const giveBackToChannel = await this.#channelBudget.take(bytes, this.#signal);
    try {
      const giveBackToAccount = await this.#options.accountBudget.take(bytes, this.#signal);
      return () => {
        giveBackToAccount();
        giveBackToChannel();
      };
    } catch (error) {
      giveBackToChannel();
      throw error;
    }
  }

  /** Never rejects. */
  async #read(download: OpenDownload, { id, offset, length }: ReadRequest): Promise<ReadReply> {
    try {
      const data = await download.read(offset, length);
      if (data === 'not_staged') return { bytes: encodeNotFound(id), offset, dataBytes: 0 };
      if (data === 'too_many' || data === 'too_many_transfers')
        return { bytes: encodeTryAgain(id), offset, dataBytes: 0 };
      if (data.dataBytes === 0)
        return { bytes: encodeStatus(id, statusCode.eof, 'End of file.'), offset, dataBytes: 0 };
      return { bytes: sealDataReply(data.buffer, id, data.dataBytes), offset, dataBytes: data.dataBytes };
    } catch (error) {
      // After the end of the session files are closed under their last reads.
      const bytes = this.#signal.aborted ? Buffer.alloc(0) : encodeFailure(this.#options.log, id, error);
      return { bytes, offset, dataBytes: 0 };
    }
  }

  async #sendInTurn(
    before: Promise<void>,
    reading: Promise<ReadReply>,
    download: OpenDownload,
  ): Promise<void> {
    await before;
    const reply = await reading;
    try {
      await download.sendPaced(reply.bytes, (bytes) => this.#send(bytes));
      if (reply.dataBytes > 0) await download.noteSent(reply);
    } catch (error) {
      this.#replyFailure.abort(error);
    }
  }

  async #settleReplies(): Promise<void> {
    await this.#lastReply;
    this.#signal.throwIfAborted();
  }

  async #send(bytes: Buffer): Promise<void> {
    await this.#options.transport.send(this.#options.channel, bytes, this.#signal);
    this.#options.touch();
  }
}
