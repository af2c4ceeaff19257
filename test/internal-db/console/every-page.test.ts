// Every page of the console, as the route table has them: nothing that axe-core finds, nothing cut off on a telephone, no
// fault of a script or of the content policy, and every name on it hostile.
import t from 'tap';
import { launchChromium } from '../../rig/chromium.ts';
import { looks, openWindow, walkTo } from '../../rig/page-walk.ts';
import { startRoom } from '../support/running-room.ts';
import { consoleRoutes } from './route-table.ts';
import { createRecords, openStaffSession } from './staff-browser.ts';

const room = await startRoom(t, [], { portalUrl: 'https://portal.example.test' });
const newRecords = await createRecords(room);
const browser = await launchChromium(t);
const origin = `https://127.0.0.1:${room.services.console.port}`;
const { certificate } = room.cluster;

for (const look of looks) {
  t.test(`every page is good on a ${look.name}`, async (t) => {
    const records = await newRecords();
    const signedIn = [{ name: '__Host-consign-staff', value: await openStaffSession(room, 'operator') }];
    let pageCount = 0;
    for (const [route, row] of Object.entries(consoleRoutes)) {
      const isRefusal = (row.answers ?? 200) >= 400;
      if (!route.startsWith('GET ') || route.startsWith('GET /api/') || isRefusal) continue;
      const path = (await row.request?.(records))?.path ?? route.slice('GET '.length);
      const walk = {
        site: 'console' as const,
        origin,
        certificate,
        look,
        cookies: row.who === 'anybody' ? [] : signedIn,
      };
      const context = await openWindow(browser, walk);
      const findings = await walkTo(context, walk, path);
      if (findings) t.same(findings, [], route);
      pageCount += findings ? 1 : 0;
      await context.close();
    }
    t.ok(pageCount >= 6, `${pageCount} pages were looked at`);
  });
}
