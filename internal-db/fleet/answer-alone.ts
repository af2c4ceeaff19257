// Keeps a fault to the message that it came with: messages of many appliances come with one call, and none of them may cost the
// others their answer. Called by whoever answers appliances.
import { DocumentError } from '#commlink/document-error.ts';
import { peekUid, type ApplianceMessageKind } from '#commlink/fleet/appliance-message.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { InternalDbError, type InternalDbErrorCode } from '../internal-db-error.ts';
import type { ServiceContext } from '../service-context.ts';
import type { IncomingMessage } from './open-message.ts';

/** What a message is answered that could not be taken for a reason of its own. */
export interface MessageFault {
  readonly accepted: false;
  readonly reason: 'fault';
}

/** The store as a whole can do nothing: no message is to blame, and another internal-db may do better. */
const storeWide: readonly InternalDbErrorCode[] = ['disk_full', 'overloaded', 'closed', 'unreachable'];

/** Answers one message. Throws only what every other message would meet as well, and RpcError. */
export async function answerAlone<T>(
  { fleetRefusals }: Pick<ServiceContext, 'fleetRefusals'>,
  { kind, message, address }: IncomingMessage & { readonly kind: ApplianceMessageKind },
  work: () => Promise<T>,
): Promise<T | MessageFault> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RpcError || isStoreWide(error)) throw error;
    fleetRefusals.noteFault(error, { uid: claimedUid(kind, message), address });
    return { accepted: false, reason: 'fault' };
  }
}

/** Whether an error says nothing of the message that it came with. */
export function isStoreWide(error: unknown): boolean {
  return error instanceof InternalDbError && storeWide.includes(error.code);
}

function claimedUid(kind: ApplianceMessageKind, message: string): string {
  try {
    return peekUid(kind, message);
  } catch (error) {
    if (error instanceof DocumentError) return '';
    throw error;
  }
}
