// Rows of the console's route table: webhooks, for operators alone.
import { probeText, type RouteRecords, type RouteRequest, type RouteRow } from '../route-row.ts';

const operators = ['operator'] as const;
/** Nobody's: what is sent there is told nowhere. */
const url = `https://hooks.invalid/?${new URLSearchParams({ probe: probeText }).toString()}`;

/** By method and path as the route was registered. */
export const webhookRows: Readonly<Record<string, RouteRow>> = {
  'GET /webhooks': { who: operators },
  'POST /webhooks': {
    who: operators,
    request: async () => ({ body: { url, 'event-login.refused': 'yes' } }),
  },
  'GET /webhooks/:webhook': { who: operators, request: webhookAt('') },
  'POST /webhooks/:webhook/test': { who: operators, request: webhookAt('/test', {}), answers: 303 },
  'POST /webhooks/:webhook/replay': {
    who: operators,
    request: webhookAt('/replay', { days: '7', all: 'yes' }),
    answers: 303,
  },
  'POST /webhooks/:webhook/remove': { who: operators, request: webhookAt('/remove', {}), answers: 303 },
};

/** One that there is, since there may not be many. */
function webhookAt(change: string, body?: Record<string, string>) {
  return async ({ room }: RouteRecords): Promise<RouteRequest> => {
    const [known] = (await room.admin.call('webhook.list', {})).webhooks;
    const add = { actor: probeText, url, events: ['login.refused' as const] };
    const { id } = known ?? (await room.admin.call('webhook.add', add)).webhook;
    const path = `/webhooks/${id}${change}`;
    return body ? { path, body } : { path };
  };
}
