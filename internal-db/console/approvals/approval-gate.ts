// Where a dangerous change of a page goes instead when it needs a second person: the page of its proposal. Called by the routes
// of such changes, after they have checked the role and before they call the change's service.
import type { DangerousChange } from '../../second-person/dangerous-change.ts';
import { proposeWhereNeeded } from '../../second-person/propose.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { StaffCaller } from '../staff-session.ts';

/** The page to go to; null: nothing was proposed, and the change is to be made. RpcErrors as the change's service throws them. */
export async function proposalPageFor(
  context: ServiceContext,
  { staff }: Pick<StaffCaller, 'staff'>,
  change: DangerousChange & { readonly reason: string },
): Promise<string | null> {
  const proposal = await proposeWhereNeeded(context, staff, change);
  return proposal && `/approvals/${proposal.id}?done=proposed`;
}
