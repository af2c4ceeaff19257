// The console's routes of the fleet: overview, list, one appliance, and what is done to it. Everybody may look; support and operators
// may act, operators alone where it decides who gets what. The work is done by the same services as the command line's.
import { enrolCommand } from '#commlink/fleet/enrol-command.ts';
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { compileSchema } from '#commlink/schema.ts';
import {
  changeAppliance,
  listAppliances,
  pingAppliance,
  releaseAppliance,
  restoreAppliance,
  restoreInPlace,
  retireAppliance,
} from '../../admin/appliance-administration.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from '../console-app.ts';
import { FormFields, parseForm, parseReason } from '../console-forms.ts';
import { readSignedForm, requirePermission, type ForStaff } from '../console-gate.ts';
import type { PageParts } from '../layout.ts';
import type { StaffCaller } from '../staff-session.ts';
import { applianceTexts } from '../texts/console-texts.ts';
import { renderAppliancePage } from './appliance-page.ts';
import { renderAppliancesPage } from './appliances-page.ts';
import { renderFleetPage } from './fleet-page.ts';
import { registerCodeRoutes } from './codes-routes.ts';
import { appliancesPerPage, restoreCodeMs } from './limits.ts';
import { readAppliance, readFleet } from './read-fleet.ts';

const listCheck = compileSchema('list of appliances', adminMethods['appliance.list'].params);
const changeCheck = compileSchema('appliance', adminMethods['appliance.change'].params);
/** What a page says after the browser was sent back. */
const doneTexts: Readonly<Record<string, string>> = applianceTexts.done;

/** What came of a form: the word for the address, or a line with a code, to be shown on the page itself. */
type Outcome = { readonly done: string } | { readonly command: string };
type Change = (uid: string, actor: string, fields: FormFields) => Promise<Outcome>;

/** Registers them. */
export function registerFleetRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  app.get(
    '/fleet',
    forStaff(async (caller) => renderFleetPage(caller, await readFleet(context))),
  );
  app.get(
    '/fleet/appliances',
    forStaff((caller, request) => list(context, caller, request)),
  );
  app.get(
    '/fleet/appliances/:uid',
    forStaff(async (caller, request) => {
      const uid = new FormFields(request.params).text('uid');
      const done = new FormFields(request.query).text('done');
      const text = Object.hasOwn(doneTexts, done) ? doneTexts[done] : undefined;
      const notice = text === undefined ? null : ({ kind: 'done', text } as const);
      return renderAppliancePage(caller, await readAppliance(context, uid), { notice, command: null });
    }),
  );
  registerCodeRoutes(app, context, forStaff);
  const assigning: readonly string[] = ['change', 'keys'];
  for (const [path, change] of Object.entries(changesOf(context))) {
    const action = assigning.includes(path) ? 'appliance.assign' : 'appliance.write';
    app.post(
      `/fleet/appliances/:uid/${path}`,
      forStaff((caller, request, reply) => {
        requirePermission(caller, action);
        return apply(context, change, { caller, request, reply });
      }),
    );
  }
}

async function list(context: ServiceContext, caller: StaffCaller, request: ConsoleRequest): Promise<string> {
  const query = new FormFields(request.query);
  const after = query.optional('after');
  const isMissing = query.text('missing') === 'yes';
  const [account, group, state] = [query.text('account'), query.text('group'), query.text('state')];
  const wanted = parseForm(listCheck, {
    account: account || null,
    group: group || null,
    state: state || null,
    isMissing: isMissing || null,
    type: null,
    site: null,
    tag: null,
    after,
    limit: appliancesPerPage,
  });
  const page = await listAppliances(context, wanted);
  const asked = { account, group, state, isMissing };
  return renderAppliancesPage(caller, { ...page, asked, isFirstPage: after === null });
}

function changesOf(context: ServiceContext): Readonly<Record<string, Change>> {
  return {
    ping: async (uid) => {
      const { waited } = await pingAppliance(context, { uid });
      return { done: waited ? 'pinged' : 'notWaiting' };
    },
    change: async (uid, actor, fields) => {
      const tags = fields.text('tags').split(',');
      const named = tags.flatMap((tag) => tag.trim() || []);
      const wanted = { actor, uid, group: fields.text('group'), tags: named, name: null, site: null };
      await changeAppliance(context, parseForm(changeCheck, wanted));
      return { done: 'changed' };
    },
    restore: async (uid, actor, fields) => {
      await restoreInPlace(context, { uid, actor, reason: parseReason(fields) });
      return { done: 'restoring' };
    },
    keys: async (uid, actor, fields) => {
      const wanted = { uid, actor, reason: parseReason(fields), lifetimeMs: restoreCodeMs };
      const { code, centre, roots } = await restoreAppliance(context, wanted);
      return { command: enrolCommand({ code, centre, roots, authorityFile: null }) };
    },
    release: async (uid, actor, fields) => {
      await releaseAppliance(context, { uid, actor, reason: parseReason(fields) });
      return { done: 'released' };
    },
    retire: async (uid, actor, fields) => {
      await retireAppliance(context, { uid, actor, reason: parseReason(fields) });
      return { done: 'retired' };
    },
  };
}

async function apply(
  context: ServiceContext,
  change: Change,
  { caller, request, reply }: { caller: StaffCaller; request: ConsoleRequest; reply: ConsoleReply },
): Promise<string | ConsoleReply> {
  const fields = readSignedForm(caller, request);
  const uid = new FormFields(request.params).text('uid');
  const page = async (notice: PageParts['notice'], command: string | null): Promise<string> =>
    renderAppliancePage(caller, await readAppliance(context, uid), { notice, command });
  try {
    const outcome = await change(uid, `staff:${caller.staff.name}`, fields);
    if ('command' in outcome)
      return await page({ kind: 'done', text: applianceTexts.done.restoring }, outcome.command);
    return await reply.redirect(`/fleet/appliances/${uid}?done=${outcome.done}`, 303);
  } catch (error) {
    if (!(error instanceof RpcError) || error.code === 'not_found') throw error;
    reply.code(422);
    return await page({ kind: 'refused', text: error.message }, null);
  }
}
