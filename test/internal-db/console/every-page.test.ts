// Every page of the console, as the route table has them: nothing that axe-core finds, nothing cut off on a telephone, no
// fault of a script or of the content policy, and every name on it hostile.
import t from 'tap';
import { launchChromium } from '../../rig/chromium.ts';
import { looks, walkEveryPage } from '../../rig/page-walk.ts';
import { startRoom } from '../support/running-room.ts';
import { consoleRoutes } from './route-table.ts';
import { createRecords, openStaffSession } from './staff-browser.ts';

const room = await startRoom(t, [], { portalUrl: 'https://portal.example.test' });
const newRecords = await createRecords(room);
const browser = await launchChromium(t);
const origin = `https://127.0.0.1:${room.services.console.port}`;
const { certificate } = room.cluster;

/** Files, streams, and what leads elsewhere. */
const notPages = [
  'GET /assets/:name',
  'GET /audit/export',
  'GET /branding/colours.css',
  'GET /branding/logo',
  'GET /favicon.ico',
  'GET /live',
  'GET /second-factor',
];

for (const look of looks) {
  t.test(`every page is good on a ${look.name}`, async (t) => {
    const records = await newRecords();
    const cookies = [{ name: '__Host-consign-staff', value: await openStaffSession(room, 'operator') }];
    const walk = { site: 'console' as const, origin, certificate, look, cookies };
    await walkEveryPage(t, { browser, walk }, { routes: consoleRoutes, records, notPages });
  });
}
