// The route of "why, or why not": reads the question with its moment and supposition, and has it explained. Registered by
// support-routes.ts.
import { RpcError } from '#commlink/rpc-error.ts';
import { requireSensibleTerms } from '../../admin/change-entitlements.ts';
import { explainEntitlement } from '../../admin/explain-entitlement.ts';
import type { SupposedChange } from '../../decision/suppose-change.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { StoreReads } from '../../store/store.ts';
import type { ConsoleApp } from '../console-app.ts';
import { FormFields, parseLastDay, parseWhyForm } from '../console-forms.ts';
import type { ForStaff } from '../console-gate.ts';
import { formsTexts, whyTexts as texts } from '../texts/console-texts.ts';
import { namesSuggestedMax } from './limits.ts';
import { renderWhyPage, type KnownNames } from './why-page.ts';

const momentPattern = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2})?$/;

/** Registers it. */
export function registerWhyRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  app.get(
    '/why',
    forStaff(async (caller, request, reply) => {
      const asked = new FormFields(request.query);
      const names = await readNames(context.store.read);
      const unasked = { asked, names, answer: null, supposes: false };
      if (asked.text('account') === '' || asked.text('product') === '') {
        return renderWhyPage(caller, { ...unasked, refusal: null });
      }
      try {
        const supposed = readSupposition(asked);
        const question = { ...parseWhyForm(asked), atMs: readMoment(asked.text('at')) };
        const answer = await explainEntitlement(context, question, supposed);
        return renderWhyPage(caller, { asked, names, answer, refusal: null, supposes: supposed !== null });
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        reply.code(422);
        return renderWhyPage(caller, { ...unasked, refusal: error.message });
      }
    }),
  );
}

/** The first names of customers, and of products: where there are more, they have to be typed. */
async function readNames(read: StoreReads): Promise<KnownNames> {
  const accounts = await read.accounts.page({ after: null, limit: namesSuggestedMax });
  const products = await read.catalog.products();
  return {
    accounts: accounts.map(({ name, displayName: title }) => ({ name, title })),
    products: products.slice(0, namesSuggestedMax),
  };
}

/** A minute of UTC, or a day's first one; null for now. */
function readMoment(text: string): number | null {
  if (text === '') return null;
  const iso = text.replace(' ', 'T');
  const atMs = momentPattern.test(text) ? Date.parse(iso.includes('T') ? `${iso}Z` : iso) : Number.NaN;
  if (Number.isNaN(atMs)) throw new RpcError('refused', texts.atWrong);
  return atMs;
}

function readSupposition(asked: FormFields): SupposedChange | null {
  const entitlement = asked.text('ifEntitlement');
  switch (asked.text('if')) {
    case 'grant': {
      const terms = {
        versions: asked.optional('ifVersions') ?? '*',
        channels: null,
        notBeforeMs: null,
        notAfterMs: parseLastDay(asked.optional('ifUntil'), formsTexts.until),
        downloadsMax: null,
        licenceAgreement: null,
      };
      requireSensibleTerms(terms);
      return { kind: 'grant', terms };
    }
    case 'extend':
      return {
        kind: 'extend',
        entitlement: requireText(entitlement, texts.whatIf.entitlement),
        notAfterMs: parseLastDay(asked.optional('ifUntil'), formsTexts.until),
      };
    case 'revoke':
      return { kind: 'revoke', entitlement: requireText(entitlement, texts.whatIf.entitlement) };
    case 'accept':
      return { kind: 'accept', agreement: requireText(asked.text('ifAgreement'), texts.whatIf.agreement) };
    case 'activate':
      return { kind: 'setState', state: 'active' };
    default:
      return null;
  }
}

function requireText(text: string, label: string): string {
  if (text !== '') return text;
  throw new RpcError('refused', texts.whatIf.missing(label));
}
