// What services say of what they find and refuse, in the language that is spoken: on the console the reader's, elsewhere English.
import * as englishAlerts from './english/alerts.ts';
import * as englishCatalogRefusals from './english/catalog-refusals.ts';
import * as englishCustomerRefusals from './english/customer-refusals.ts';
import * as englishFindings from './english/findings.ts';
import * as englishFleetRefusals from './english/fleet-refusals.ts';
import * as englishMachineRefusals from './english/machine-refusals.ts';
import * as englishPeopleRefusals from './english/people-refusals.ts';
import * as englishProposals from './english/proposals.ts';
import * as englishStaffRefusals from './english/staff-refusals.ts';
import * as englishTableRefusals from './english/table-refusals.ts';
import * as germanAlerts from './german/alerts.ts';
import * as germanCatalogRefusals from './german/catalog-refusals.ts';
import * as germanCustomerRefusals from './german/customer-refusals.ts';
import * as germanFindings from './german/findings.ts';
import * as germanFleetRefusals from './german/fleet-refusals.ts';
import * as germanMachineRefusals from './german/machine-refusals.ts';
import * as germanPeopleRefusals from './german/people-refusals.ts';
import * as germanProposals from './german/proposals.ts';
import * as germanStaffRefusals from './german/staff-refusals.ts';
import * as germanTableRefusals from './german/table-refusals.ts';
import { inSpokenLanguage } from './spoken-language.ts';

export const { alertTexts } = inSpokenLanguage({ en: englishAlerts, de: germanAlerts });
export const { decisionTexts, chainTexts } = inSpokenLanguage({ en: englishFindings, de: germanFindings });
export const { changeTexts, previewTexts } = inSpokenLanguage({ en: englishProposals, de: germanProposals });
export const { customerRefusals } = inSpokenLanguage({
  en: englishCustomerRefusals,
  de: germanCustomerRefusals,
});
export const { catalogRefusals } = inSpokenLanguage({
  en: englishCatalogRefusals,
  de: germanCatalogRefusals,
});
export const { fleetRefusals } = inSpokenLanguage({ en: englishFleetRefusals, de: germanFleetRefusals });
export const { machineRefusals } = inSpokenLanguage({
  en: englishMachineRefusals,
  de: germanMachineRefusals,
});
export const { staffRefusals } = inSpokenLanguage({ en: englishStaffRefusals, de: germanStaffRefusals });
export const { tableRefusals } = inSpokenLanguage({ en: englishTableRefusals, de: germanTableRefusals });
export const { peopleRefusals } = inSpokenLanguage({ en: englishPeopleRefusals, de: germanPeopleRefusals });
