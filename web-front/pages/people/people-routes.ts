// All routes about people: the ways in, one's own account, the members of an organization. Called by build-portal.ts.
import type { PortalApp } from '../../http/portal-app.ts';
import type { PortalServices } from '../../portal-services.ts';
import { addAccountRoutes } from './account-routes.ts';
import { addEmailConfirmationRoutes } from './email-confirmation-routes.ts';
import { addInvitationRoutes } from './invitation-routes.ts';
import { addMembersRoutes } from './members-routes.ts';
import { addOwnSessionRoutes } from './own-session-routes.ts';
import { addPasskeyRoutes } from './passkey-routes.ts';
import { addPasswordResetRoutes } from './password-reset-routes.ts';
import { addProviderLinkRoutes } from './provider-link-routes.ts';
import { addProviderRoutes } from './provider-routes.ts';
import { addSecondStepRoutes } from './second-step-routes.ts';
import { addTotpRoutes } from './totp-routes.ts';

/** Adds the routes. */
export function addPeopleRoutes(app: PortalApp, services: PortalServices): void {
  addSecondStepRoutes(app, services);
  addProviderRoutes(app, services);
  addProviderLinkRoutes(app, services);
  addPasswordResetRoutes(app, services);
  addInvitationRoutes(app, services);
  addEmailConfirmationRoutes(app, services);
  addAccountRoutes(app, services);
  addOwnSessionRoutes(app, services);
  addTotpRoutes(app, services);
  addPasskeyRoutes(app, services);
  addMembersRoutes(app, services);
}
