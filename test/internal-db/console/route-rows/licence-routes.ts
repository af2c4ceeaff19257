// Rows of the console's route table: licence agreements, seen by every role and added by those who publish.
import { probeText, type RouteRecords, type RouteRow } from '../route-row.ts';

const text = `${probeText}\n\n<script>alert(1)</script>`;

/** By method and path as the route was registered. */
export const licenceRows: Readonly<Record<string, RouteRow>> = {
  'GET /licences': { who: 'staff' },
  'GET /licences/:name/:version': { who: 'staff', request: addedLicence },
  'POST /licences': {
    who: ['release-manager', 'operator'],
    request: async () => ({
      body: { name: `terms-${crypto.randomUUID()}`, version: '1', title: probeText, from: '', text },
    }),
    answers: 303,
  },
};

async function addedLicence({ room }: RouteRecords) {
  const name = `probe-${crypto.randomUUID()}`;
  const licence = { actor: probeText, name, version: '2026-12', title: probeText, text, inForceAtMs: null };
  await room.admin.call('licence.add', licence);
  return { path: `/licences/${name}/2026-12` };
}
