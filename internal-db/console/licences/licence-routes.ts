// The console's routes of licence agreements: look for every role, add a version for those who publish. The work is done by the
// same services as the command line's. Registered by console-routes.ts.
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { Cursor } from '#commlink/methods/paging.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { compileSchema } from '#commlink/schema.ts';
import { addLicence, listLicences } from '../../licences/licence-administration.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from '../console-app.ts';
import { FormFields, parseDay, parseForm } from '../console-forms.ts';
import { readSignedForm, requirePermission, type ForStaff } from '../console-gate.ts';
import type { StaffCaller } from '../staff-session.ts';
import { formsTexts, licencesTexts as texts } from '../texts/console-texts.ts';
import {
  licencePath,
  renderLicencePage,
  renderLicencesPage,
  type LicencesView,
  type TypedLicence,
} from './licence-pages.ts';

const rowsMax = 50;
const addCheck = compileSchema('licence', adminMethods['licence.add'].params);
const cursorCheck = compileSchema('cursor', Cursor);

/** Registers them. */
export function registerLicenceRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  app.get(
    '/licences',
    forStaff(async (caller, request) => {
      const query = new FormFields(request.query);
      return renderLicencesPage(caller, await readLicences(context, query, typedIn(query)));
    }),
  );
  app.get(
    '/licences/:name/:version',
    forStaff(async (caller, request) => {
      const isNew = new FormFields(request.query).text('done') === 'added';
      const view = await readLicence(context, new FormFields(request.params));
      return renderLicencePage(caller, view, isNew ? { kind: 'done', text: texts.added } : null);
    }),
  );
  app.post(
    '/licences',
    forStaff((caller, request, reply) => add(context, { caller, request, reply })),
  );
}

async function add(
  context: ServiceContext,
  { caller, request, reply }: { caller: StaffCaller; request: ConsoleRequest; reply: ConsoleReply },
): Promise<string | ConsoleReply> {
  const fields = readSignedForm(caller, request);
  requirePermission(caller, 'catalog.write');
  const typed = typedIn(fields);
  try {
    const { name, version, title } = typed;
    const text = fields.secret('text').replaceAll('\r\n', '\n');
    const inForceAtMs = parseDay(typed.from || null, texts.add.from);
    const wanted = { actor: `staff:${caller.staff.name}`, name, version, title, text, inForceAtMs };
    await addLicence(context, parseForm(addCheck, wanted));
    return await reply.redirect(`${licencePath(name, version)}?done=added`, 303);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    reply.code(422);
    const view = await readLicences(context, new FormFields({}), typed);
    return renderLicencesPage(caller, view, { kind: 'refused', text: error.message });
  }
}

function typedIn(fields: FormFields): TypedLicence {
  const [name = '', version = '', title = '', from = ''] = ['name', 'version', 'title', 'from'].map((field) =>
    fields.text(field),
  );
  return { name, version, title, from, text: fields.secret('text') };
}

async function readLicences(
  context: ServiceContext,
  query: FormFields,
  typed: TypedLicence,
): Promise<LicencesView> {
  const after = query.optional('after');
  if (after !== null && !cursorCheck.matches(after)) throw new RpcError('bad_request', formsTexts.noSuchPage);
  return { ...(await listLicences(context, { after, limit: rowsMax })), isFirst: after === null, typed };
}

async function readLicence({ store, clock }: ServiceContext, named: FormFields) {
  const name = named.text('name');
  const versions = await store.read.licences.versionsOf(name);
  const found = versions.find(({ version }) => version === named.text('version'));
  if (!found) throw new RpcError('not_found', texts.noVersion(named.text('version'), name));
  const { id, ...agreement } = found;
  const current = versions.find(({ inForceAtMs }) => inForceAtMs <= clock.nowMs());
  const text = (await store.read.licences.textOf(id)) ?? '';
  return { agreement, text, isInForce: current?.id === id };
}
