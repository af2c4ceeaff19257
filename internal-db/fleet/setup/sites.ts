// Sites: places of an account, each perhaps with an FTP node of its own, maintenance windows, and a limit on what its appliances may
// draw. Called for the command line.
import type { MaintenanceWindow } from '#commlink/fleet/catalog-entries.ts';
import type { ParamsOf } from '#commlink/method-table.ts';
import type { Site, fleetSetupMethods } from '#commlink/methods/fleet-setup-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { findAccount } from '../../admin/find-by-name.ts';
import { appendAudit } from '../../audit/append-audit.ts';
import { newRecordId } from '../../record-id.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { SiteRecord } from '../../store/fleet-types.ts';
import { customerRefusals, fleetRefusals } from '../../texts/service-texts.ts';
import { describeMaintenanceWindow, parseMaintenanceWindow } from '../rollouts/maintenance-windows.ts';

type Table = typeof fleetSetupMethods;
type Tools = Pick<ServiceContext, 'store' | 'clock' | 'documents'>;

/** Puts one. RpcError `not_found`: the account; `refused`: a node that there is not, or a window that is none. */
export async function putSite(
  { store, clock, documents }: Tools,
  { actor, account: accountName, ...site }: ParamsOf<Table, 'site.put'>,
): Promise<Site> {
  const { name, title, edgeNode, bandwidthBytesPerSecond } = site;
  if (edgeNode !== null && !documents.ftpNodes().some((node) => node.name === edgeNode))
    throw new RpcError('refused', customerRefusals.noNode(edgeNode), { advice: 'See: consign node list' });
  const windows = site.windows.map(readWindow);
  const atMs = clock.nowMs();
  await store.transaction(async (transaction) => {
    const account = await findAccount(transaction, accountName);
    const known = await transaction.fleetTypes.siteByName(account.id, name);
    await transaction.fleetTypes.putSite({
      id: known?.id ?? newRecordId('sit'),
      accountId: account.id,
      name,
      title,
      edgeNode,
      windows: JSON.stringify(windows),
      bandwidthBytesPerSecond,
      createdAtMs: known?.createdAtMs ?? atMs,
    });
    const subject = `${accountName} ${name}`;
    await appendAudit(transaction, { atMs, actor, action: 'fleet.site', subject, detail: { ...site } });
  });
  return { ...site, windows: windows.map(describeMaintenanceWindow) };
}

/** An account's, by name. RpcError `not_found`. */
export async function listSites(
  { store: { read } }: Tools,
  { account }: ParamsOf<Table, 'site.list'>,
): Promise<{ sites: Site[] }> {
  const { id } = await findAccount(read, account);
  return { sites: (await read.fleetTypes.sites(id)).map(viewSite) };
}

function viewSite({ name, title, edgeNode, windows, bandwidthBytesPerSecond }: SiteRecord): Site {
  const stored = JSON.parse(windows) as MaintenanceWindow[];
  return { name, title, edgeNode, windows: stored.map(describeMaintenanceWindow), bandwidthBytesPerSecond };
}

function readWindow(text: string): MaintenanceWindow {
  const window = parseMaintenanceWindow(text);
  if (window) return window;
  throw new RpcError('refused', fleetRefusals.noMaintenanceWindow(text));
}
