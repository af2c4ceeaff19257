// Which load balancers a door for customers believes. Callers: the settings of the roles that have such doors.
import { Type, strictObject } from '../schema.ts';
import { IpNetwork } from './link-settings.ts';

/** Connections from these networks must begin with a PROXY protocol header, and no other may. */
export const ProxyProtocolSettings = strictObject(
  { trustedNetworks: Type.Array(IpNetwork, { maxItems: 64 }) },
  { default: { trustedNetworks: [] } },
);
