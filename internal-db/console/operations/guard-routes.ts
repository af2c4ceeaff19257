// The console's routes of live sessions and bans: look, cut, ban, lift. Support and operators may; the work is done by the
// same services as the command line's.
import { guardMethods } from '#commlink/methods/guard-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { compileSchema } from '#commlink/schema.ts';
import { addBan, liftBan, listBans } from '../../admin/ban-administration.ts';
import { cutSession } from '../../admin/session-administration.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ForStaff } from '../console-gate.ts';
import type { ConsoleApp } from '../console-app.ts';
import { FormFields, parseForm, parseReason } from '../console-forms.ts';
import { readSignedForm, requirePermission } from '../console-gate.ts';
import type { PageParts } from '../layout.ts';
import { readSessions } from '../live/live-topics.ts';
import type { StaffAction } from '../staff-permissions.ts';
import type { StaffCaller } from '../staff-session.ts';
import { guardDoneTexts } from '../texts/console-texts.ts';
import { banHours, renderBansPage, renderSessionsPage } from './guard-pages.ts';

const hourMs = 3_600_000;
const cutCheck = compileSchema('cut', guardMethods['session.cut'].params);
const banCheck = compileSchema('ban', guardMethods['ban.add'].params);
/** What a page says after the browser was sent back. */
const doneTexts: Readonly<Record<string, string>> = guardDoneTexts;

/** A change that a form asks for: who may, what is done, which page it belongs to. */
interface GuardChange {
  readonly path: string;
  readonly action: StaffAction;
  readonly apply: (fields: FormFields, actor: string) => Promise<unknown>;
  readonly done: string;
  readonly page: '/sessions' | '/bans';
}

/** Registers them. */
export function registerGuardRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  const pages = {
    '/sessions': async (caller: StaffCaller, asked: FormFields, notice: PageParts['notice']) => {
      const [account, node] = [asked.text('account'), asked.text('node')];
      const nodes = await readSessions({ context }, { account, node });
      return renderSessionsPage(caller, { nodes, account, node }, notice);
    },
    '/bans': async (caller: StaffCaller, _asked: FormFields, notice: PageParts['notice']) =>
      renderBansPage(caller, await listBans(context), notice),
  } as const;
  for (const page of ['/sessions', '/bans'] as const)
    app.get(
      page,
      forStaff(async (caller, request) => {
        const asked = new FormFields(request.query);
        const done = asked.text('done');
        const text = Object.hasOwn(doneTexts, done) ? doneTexts[done] : undefined;
        return await pages[page](caller, asked, text === undefined ? null : { kind: 'done', text });
      }),
    );
  for (const { path, action, apply, done, page } of changesOf(context))
    app.post(
      path,
      forStaff(async (caller, request, reply) => {
        const fields = readSignedForm(caller, request);
        requirePermission(caller, action);
        try {
          await apply(fields, `staff:${caller.staff.name}`);
          return await reply.redirect(`${page}?done=${done}`, 303);
        } catch (error) {
          if (!(error instanceof RpcError)) throw error;
          reply.code(422);
          return await pages[page](caller, new FormFields({}), { kind: 'refused', text: error.message });
        }
      }),
    );
}

function changesOf(context: ServiceContext): readonly GuardChange[] {
  return [
    {
      path: '/sessions/cut',
      action: 'session.cut',
      page: '/sessions',
      done: 'cut',
      apply: (fields, actor) =>
        cutSession(
          context,
          parseForm(cutCheck, { actor, session: fields.text('session'), reason: parseReason(fields) }),
        ),
    },
    {
      path: '/bans',
      action: 'ban.write',
      page: '/bans',
      done: 'banned',
      apply: (fields, actor) => addBan(context, parseBan(fields, actor)),
    },
    {
      path: '/bans/lift',
      action: 'ban.write',
      page: '/bans',
      done: 'lifted',
      apply: (fields, actor) =>
        liftBan(context, { actor, network: fields.text('network'), reason: parseReason(fields) }),
    },
  ];
}

function parseBan(fields: FormFields, actor: string) {
  const hours = banHours.find((choice) => String(choice) === fields.text('hours'));
  const reason = parseReason(fields);
  return parseForm(banCheck, {
    actor,
    network: fields.text('network'),
    durationMs: (hours ?? 24) * hourMs,
    reason,
  });
}
