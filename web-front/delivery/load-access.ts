// What a browser needs to fetch a delivery, from the credentials that it keeps of it and what the node says of itself.
// Called by the delivery's page and the files for other programs.
import type { Delivery } from '#commlink/methods/fields.ts';
import type { NodeDirectory } from '../node-directory.ts';
import type { DeliveryAccess } from '../pages/delivery-access.ts';
import { clientCommands } from './client-commands.ts';
import { downloadLinks } from './download-links.ts';
import type { RememberedCredentials } from './sealed-credentials.ts';

/** What is asked of. */
export interface AccessMeans {
  readonly nodes: NodeDirectory;
  readonly authorityPem: string | null;
}

/** Null while the node can't be reached and never was. */
export async function loadAccess(
  { nodes, authorityPem }: AccessMeans,
  delivery: Delivery,
  credentials: RememberedCredentials,
): Promise<DeliveryAccess | null> {
  const endpoints = await nodes.endpoints(delivery.node);
  if (!endpoints) return null;
  const ownAuthority = authorityPem !== null;
  const links = downloadLinks(delivery, endpoints, credentials.urlToken);
  const commands = clientCommands({ delivery, endpoints, links, ownAuthority });
  return { password: credentials.password, links, commands, endpoints, ownAuthority };
}
