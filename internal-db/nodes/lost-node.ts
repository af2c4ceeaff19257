// Which nodes count as lost: no web-front has reached one for a while although it should, or it is no member any more. What is live
// there is moved away (deliveries/move-deliveries.ts); what could not be moved yet is told to operators (alerts/).
import type { ServiceContext } from '../service-context.ts';

/** What is looked at. */
export type LostNodeContext = Pick<ServiceContext, 'clock' | 'documents' | 'directory' | 'settings'>;

/** Whether the node with this id is lost. */
export function isLostNode(
  { clock, documents, directory, settings }: LostNodeContext,
  nodeId: string,
): boolean {
  if (!documents.ftpNodes().some(({ id }) => id === nodeId)) return true;
  const afterMs = settings().moveDeliveriesAfterMs;
  return afterMs !== null && clock.nowMs() - directory.silentSinceMs(nodeId) > afterMs;
}
