// Every text of the console, read in the language of the answer that is being made. A text that is missing in German does not compile.
import * as englishAudit from './english/audit.ts';
import * as englishCustomers from './english/customers.ts';
import * as englishEntitlements from './english/entitlements.ts';
import * as englishFleet from './english/fleet.ts';
import * as englishForms from './english/forms.ts';
import * as englishFrame from './english/frame.ts';
import * as englishGuard from './english/guard.ts';
import * as englishLicences from './english/licences.ts';
import * as englishMachines from './english/machines.ts';
import * as englishOwnAccess from './english/own-access.ts';
import * as englishProducts from './english/products.ts';
import * as englishRollouts from './english/rollouts.ts';
import * as englishSearch from './english/search.ts';
import * as englishSignIn from './english/sign-in.ts';
import * as englishStaff from './english/staff.ts';
import * as englishStatistics from './english/statistics.ts';
import * as englishTimeline from './english/timeline.ts';
import * as englishUploads from './english/uploads.ts';
import * as englishWebhooks from './english/webhooks.ts';
import * as germanAudit from './german/audit.ts';
import * as germanCustomers from './german/customers.ts';
import * as germanEntitlements from './german/entitlements.ts';
import * as germanFleet from './german/fleet.ts';
import * as germanForms from './german/forms.ts';
import * as germanFrame from './german/frame.ts';
import * as germanGuard from './german/guard.ts';
import * as germanLicences from './german/licences.ts';
import * as germanMachines from './german/machines.ts';
import * as germanOwnAccess from './german/own-access.ts';
import * as germanProducts from './german/products.ts';
import * as germanRollouts from './german/rollouts.ts';
import * as germanSearch from './german/search.ts';
import * as germanSignIn from './german/sign-in.ts';
import * as germanStaff from './german/staff.ts';
import * as germanStatistics from './german/statistics.ts';
import * as germanTimeline from './german/timeline.ts';
import * as germanUploads from './german/uploads.ts';
import * as germanWebhooks from './german/webhooks.ts';
import { inSpokenLanguage } from '../../texts/spoken-language.ts';

export const { auditTexts } = inSpokenLanguage({ en: englishAudit, de: germanAudit });
export const { customersTexts, placeTexts, peopleTexts, newCustomerTexts, portalViewTexts } =
  inSpokenLanguage({ en: englishCustomers, de: germanCustomers });
export const { entitlementTexts, changeTexts, bulkTexts } = inSpokenLanguage({
  en: englishEntitlements,
  de: germanEntitlements,
});
export const { fleetTexts, appliancesTexts, codesTexts, applianceTexts } = inSpokenLanguage({
  en: englishFleet,
  de: germanFleet,
});
export const { formsTexts } = inSpokenLanguage({ en: englishForms, de: germanForms });
export const { frameTexts } = inSpokenLanguage({ en: englishFrame, de: germanFrame });
export const { sessionsTexts, bansTexts, guardDoneTexts } = inSpokenLanguage({
  en: englishGuard,
  de: germanGuard,
});
export const { licencesTexts } = inSpokenLanguage({ en: englishLicences, de: germanLicences });
export const { machinesTexts } = inSpokenLanguage({ en: englishMachines, de: germanMachines });
export const { ownAccessTexts, tokensTexts } = inSpokenLanguage({
  en: englishOwnAccess,
  de: germanOwnAccess,
});
export const { productsTexts, placementTexts, releaseTexts } = inSpokenLanguage({
  en: englishProducts,
  de: germanProducts,
});
export const { rolloutsTexts } = inSpokenLanguage({ en: englishRollouts, de: germanRollouts });
export const { searchTexts, whyTexts } = inSpokenLanguage({ en: englishSearch, de: germanSearch });
export const { signInTexts } = inSpokenLanguage({ en: englishSignIn, de: germanSignIn });
export const { staffTexts, approvalsTexts } = inSpokenLanguage({ en: englishStaff, de: germanStaff });
export const { overviewTexts, statisticsTexts } = inSpokenLanguage({
  en: englishStatistics,
  de: germanStatistics,
});
export const { timelineTexts } = inSpokenLanguage({ en: englishTimeline, de: germanTimeline });
export const { uploadTexts } = inSpokenLanguage({ en: englishUploads, de: germanUploads });
export const { webhooksTexts } = inSpokenLanguage({ en: englishWebhooks, de: germanWebhooks });
