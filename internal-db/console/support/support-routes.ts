// The console's routes for support and for staff themselves, in one place. Registered by console-routes.ts.
import { decodeCursor, encodeCursor } from '#commlink/methods/paging.ts';
import { accountRowsMax } from '../../limits.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ConsoleApp } from '../console-app.ts';
import { FormFields } from '../console-forms.ts';
import type { ForStaff } from '../console-gate.ts';
import { registerAccountRoutes } from './account-routes.ts';
import { renderAccountsPage } from './accounts-page.ts';
import { registerBulkRoutes } from './bulk-routes.ts';
import { registerChangeRoutes } from './change-routes.ts';
import { registerPortalViewRoutes } from './portal-view-routes.ts';
import { registerNewCustomerRoutes } from './new-customer-routes.ts';
import { registerSearchRoutes } from './search-routes.ts';
import { registerStaffRoutes } from './staff-routes.ts';
import { registerWhyRoutes } from './why-routes.ts';

/** Registers them. */
export function registerSupportRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  app.get(
    '/accounts',
    forStaff(async (caller, request) => {
      const after = decodeCursor(new FormFields(request.query).optional('after'), ['string']);
      const page = { after: after?.[0] ?? null, limit: accountRowsMax + 1 };
      const rows = await context.store.read.accounts.page(page);
      const accounts = rows.slice(0, accountRowsMax);
      const last = rows.length > accountRowsMax ? accounts.at(-1) : undefined;
      const next = last ? encodeCursor([last.name]) : null;
      return renderAccountsPage(caller, { accounts, next, isFirst: after === null });
    }),
  );
  registerAccountRoutes(app, context, forStaff);
  registerBulkRoutes(app, context, forStaff);
  registerChangeRoutes(app, context, forStaff);
  registerPortalViewRoutes(app, context, forStaff);
  registerNewCustomerRoutes(app, context, forStaff);
  registerSearchRoutes(app, context, forStaff);
  registerStaffRoutes(app, context, forStaff);
  registerWhyRoutes(app, context, forStaff);
}
