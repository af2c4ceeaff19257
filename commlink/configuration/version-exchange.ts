// Sends this node's version messages over every link and passes on those of the others, so that nodes which share no link
// hear each other. Only the newest message of each node travels; a link gets each one once, several in one call.
// Caller: the shell, which decides what counts. Trusts the origin's signature; a relay can drop a message, not make one.
import { DocumentError } from '../document-error.ts';
import type { Logger } from '../log.ts';
import { configurationMethods } from '../methods/configuration-methods.ts';
import type { Member } from '../node-config.ts';
import { signingKeyFromRaw } from '../node-keys.ts';
import { RpcError } from '../rpc-error.ts';
import { compileSchema } from '../schema.ts';
import { verifyDocument } from '../signed-document.ts';
import { gatherMs, messageCallMsMax, messagesPerCallMax, resendPauseMs } from './limits.ts';
import { VersionMessage } from './protocol/version-message.ts';

/** What the exchange needs of the links. */
export interface ExchangeLinks {
  linked(): Member[];
  call(
    peer: string,
    table: typeof configurationMethods,
    method: 'config.message',
    params: { messages: string[] },
    options: { deadlineMs: number },
  ): Promise<unknown>;
}

/** Whose messages are taken, and what is done with what is refused. */
export interface ExchangeOptions {
  readonly cluster: string;
  readonly links: ExchangeLinks;
  readonly member: (id: string) => Member | undefined;
  readonly refuse: (code: string) => void;
  readonly log: Logger;
}

/** Why a text is no news of a member. `stale_message` also is what two relays of different speed make of one. */
export type MessageRefusal =
  'malformed' | 'unknown_sender' | 'bad_signature' | 'wrong_cluster' | 'stale_message';

interface Newest {
  readonly message: VersionMessage;
  readonly text: string;
  /** Whether it is this node's own. */
  readonly isOwn: boolean;
}

interface Destination {
  /** What it has, as far as is known: the mark of the message by origin. */
  readonly marks: Map<string, string>;
  /** Everything is sent over a new link, also what its origin may have sent directly. */
  isNew: boolean;
  isBusy: boolean;
}

const messageCheck = compileSchema('version message', VersionMessage);

/** The messages that this node has, and who else has them. */
export class VersionExchange {
  readonly #options: ExchangeOptions;
  readonly #newest = new Map<string, Newest>();
  readonly #destinations = new Map<string, Destination>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  /**
   * Checks what came over the link from `via`: returns the message and leaves it to the caller whether it counts, or
   * undefined when it is known already or refused, which is counted. A known message is not verified a second time.
   */
  read(text: string, via: string): VersionMessage | undefined {
    const claimed = peek(text);
    if (!claimed) return this.#refuse('malformed');
    const newest = this.#newest.get(claimed.from)?.message;
    if (newest && !isNewer(claimed, newest)) {
      if (markOf(claimed) !== markOf(newest)) return this.#refuse('stale_message');
      this.#destination(via).marks.set(claimed.from, markOf(newest));
      return undefined;
    }
    const member = this.#options.member(claimed.from);
    if (!member) return this.#refuse('unknown_sender');
    return this.#verify(text, member);
  }

  /** Takes a message that counts: its own one, or one that came over the link from `via`. It goes to all others soon. */
  publish(message: VersionMessage, text: string, via: string | null): void {
    this.#newest.set(message.from, { message, text, isOwn: via === null });
    if (via !== null) this.#destination(via).marks.set(message.from, markOf(message));
    this.#sendSoon(gatherMs);
  }

  /** Forgets the messages of who is no member any more. */
  keepOnly(known: ReadonlySet<string>): void {
    for (const id of this.#newest.keys()) if (!known.has(id)) this.#newest.delete(id);
  }

  /** A node's first link came up, or its last one went. */
  linkChanged(peer: string, up: boolean): void {
    this.#destinations.delete(peer);
    if (up) this.#sendSoon(gatherMs);
  }

  /** Sends nothing more. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #refuse(code: MessageRefusal): undefined {
    this.#options.refuse(code);
    return undefined;
  }

  #verify(text: string, { signingKey }: Member): VersionMessage | undefined {
    try {
      const message = verifyDocument('version-message', text, signingKeyFromRaw(signingKey));
      return message.cluster === this.#options.cluster ? message : this.#refuse('wrong_cluster');
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      return this.#refuse(error.code);
    }
  }

  #sendSoon(waitMs: number): void {
    if (this.#timer || this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      for (const { id } of this.#options.links.linked()) void this.#sendTo(id);
    }, waitMs);
  }

  async #sendTo(peer: string): Promise<void> {
    const destination = this.#destination(peer);
    if (destination.isBusy || this.#isClosed) return;
    destination.isBusy = true;
    try {
      for (let batch = this.#newsFor(peer, destination); batch.length > 0;) {
        await this.#call(peer, destination, batch);
        batch = this.#newsFor(peer, destination);
      }
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      this.#options.log.debug({ peer, code: error.code }, 'version messages did not get through');
      this.#sendSoon(resendPauseMs);
    } finally {
      destination.isBusy = false;
    }
  }

  async #call(peer: string, destination: Destination, batch: readonly Newest[]): Promise<void> {
    const params = { messages: batch.map(({ text }) => text) };
    await this.#options.links.call(peer, configurationMethods, 'config.message', params, {
      deadlineMs: messageCallMsMax,
    });
    for (const { message } of batch) destination.marks.set(message.from, markOf(message));
  }

  #newsFor(peer: string, destination: Destination): Newest[] {
    if (this.#isClosed || this.#destinations.get(peer) !== destination) return [];
    const all = [...this.#newest.values()].filter(
      ({ message, isOwn }) =>
        message.from !== peer &&
        destination.marks.get(message.from) !== markOf(message) &&
        (isOwn || destination.isNew || !isLinked(message, peer)),
    );
    if (all.length <= messagesPerCallMax) destination.isNew = false;
    return all.slice(0, messagesPerCallMax);
  }

  #destination(peer: string): Destination {
    const known = this.#destinations.get(peer);
    if (known) return known;
    const destination = { marks: new Map<string, string>(), isNew: true, isBusy: false };
    this.#destinations.set(peer, destination);
    return destination;
  }
}

/** Whether the origin says that it has a link to this node, over which it sends its messages itself. */
function isLinked({ links }: VersionMessage, peer: string): boolean {
  return links.some((link) => link.peer === peer && link.count > 0);
}

function markOf({ incarnation, n }: Pick<VersionMessage, 'incarnation' | 'n'>): string {
  return `${incarnation}.${n}`;
}

type Claim = Pick<VersionMessage, 'incarnation' | 'n'>;

function isNewer(left: Claim, right: Claim): boolean {
  return left.incarnation === right.incarnation ? left.n > right.n : left.incarnation > right.incarnation;
}

/** What a text says of itself, not verified yet. */
function peek(text: string): VersionMessage | undefined {
  try {
    const body: unknown = JSON.parse(Buffer.from(text.split('.')[0] ?? '', 'base64url').toString('utf8'));
    return messageCheck.matches(body) ? body : undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}
