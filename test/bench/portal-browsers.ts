// The browsers of the portal's benchmark, apart from the program that has filled the database: marking that one's heap would be measured
// as the portal's. Started by portal-load.ts with fork(); each message is a load, answered with what was measured, until it is disconnected.
import { loadPages, type LoadPlan, type PortalPlace } from './portal-load.ts';

process.on('message', (asked: { portal: PortalPlace; plan: LoadPlan }) => {
  void loadPages(asked.portal, asked.plan).then(
    (times) => process.send?.(times),
    (cause: unknown) => process.send?.({ fault: String(cause) }),
  );
});
