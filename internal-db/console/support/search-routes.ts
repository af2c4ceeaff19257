// The route of the search box. What only one thing fits leads straight there. Registered by support-routes.ts.
import type { ServiceContext } from '../../service-context.ts';
import type { ConsoleApp } from '../console-app.ts';
import { FormFields } from '../console-forms.ts';
import type { ForStaff } from '../console-gate.ts';
import { findAnything, onlyFinding } from './find-anything.ts';
import { renderSearchPage } from './search-page.ts';

/** Registers it. */
export function registerSearchRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  app.get(
    '/search',
    forStaff(async (caller, request, reply) => {
      const typed = new FormFields(request.query).text('q').slice(0, 200);
      const found = await findAnything(context, typed, caller.staff.role);
      const only = onlyFinding(found);
      if (only !== null) return reply.redirect(only, 303);
      return renderSearchPage(caller, { typed, found, nowMs: context.clock.nowMs() });
    }),
  );
}
