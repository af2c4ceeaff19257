// How the staff console is reached, and what staff may do there. Part of internal-db's settings; callers: internal-db,
// which obeys it; the operator's side, which checks it.
import { Type, strictObject, type Static } from '../schema.ts';
import { HostPort, PublicUrl } from './link-settings.ts';
import { SecondPerson, type DangerousChangeKind } from './second-person-settings.ts';

/** Whether staff may see the portal as a customer does, and whether the customer is told. */
export const ViewAsCustomer = Type.Union([Type.Literal('off'), Type.Literal('silent'), Type.Literal('told')]);
export type ViewAsCustomer = Static<typeof ViewAsCustomer>;

/** What holds beside the address where nothing is configured. */
export const consoleDefaults = {
  publicUrl: null,
  viewAsCustomer: 'told',
  secondPerson: [] as DangerousChangeKind[],
} as const;

/** The staff console: its internal address, and what is allowed there. */
export const ConsoleSettings = strictObject({
  ...HostPort.properties,
  /** What staff type to get to it: passkeys are bound to its name. Null: no passkeys. */
  publicUrl: Type.Union([PublicUrl, Type.Null()], { default: consoleDefaults.publicUrl }),
  viewAsCustomer: { ...ViewAsCustomer, default: consoleDefaults.viewAsCustomer },
  /** Changes that one of the staff proposes and another approves. */
  secondPerson: { ...SecondPerson, default: consoleDefaults.secondPerson },
});
export type ConsoleSettings = Static<typeof ConsoleSettings>;
