// Every text of the portal's pages in English, by area: the language that the others are typed by.
import { accountTexts } from './account.ts';
import { deliveriesTexts } from './deliveries.ts';
import { appliancesTexts } from './appliances.ts';
import { catalogTexts } from './catalog.ts';
import { errorsTexts } from './errors.ts';
import { frameTexts } from './frame.ts';
import { historyTexts } from './history.ts';
import { invitationTexts } from './invitation.ts';
import { keysAndTokensTexts } from './keys-and-tokens.ts';
import { membersTexts } from './members.ts';
import { providersTexts } from './providers.ts';
import { passwordsTexts } from './passwords.ts';
import { portalViewsTexts } from './portal-views.ts';
import { refusalsTexts } from './refusals.ts';
import { secondStepTexts } from './second-step.ts';
import { securityTexts } from './security.ts';
import { keptFormsTexts } from './kept-forms.ts';
import { licencesTexts } from './licences.ts';
import { signInTexts } from './sign-in.ts';

/** The texts. */
export const englishTexts = {
  frame: frameTexts,
  signIn: signInTexts,
  deliveries: deliveriesTexts,
  history: historyTexts,
  errors: errorsTexts,
  keysAndTokens: keysAndTokensTexts,
  appliances: appliancesTexts,
  catalog: catalogTexts,
  keptForms: keptFormsTexts,
  licences: licencesTexts,
  account: accountTexts,
  invitation: invitationTexts,
  members: membersTexts,
  passwords: passwordsTexts,
  providers: providersTexts,
  portalViews: portalViewsTexts,
  refusals: refusalsTexts,
  secondStep: secondStepTexts,
  security: securityTexts,
};
