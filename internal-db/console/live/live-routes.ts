// The stream that a live page is followed by: it says only that there is something newer, and the page's script loads the page
// again, so that what is shown and to whom is decided in one place. Registered by console-routes.ts.
import { openEventStream, type EventStream } from '#commlink/pages/event-stream.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import type { ConsoleApp, ConsoleReply } from '../console-app.ts';
import { FormFields } from '../console-forms.ts';
import type { OperationsParts } from '../operations/operations-routes.ts';
import { findStaff, type StaffCaller } from '../staff-session.ts';
import { liveStreamsMax, liveStreamsPerStaffMax } from './limits.ts';
import { topicOf } from './live-topics.ts';
import { frameTexts } from '../texts/console-texts.ts';
import { LiveWatch } from './live-watch.ts';

/** Registers the route. The streams end when the app is closed. */
export function registerLiveRoutes(app: ConsoleApp, parts: OperationsParts): void {
  const { context, forStaff } = parts;
  const watch = new LiveWatch(context.log);
  const streams = new Map<EventStream, string>();
  app.addHook('onClose', async () => {
    for (const stream of streams.keys()) stream.close();
  });
  app.get(
    '/live',
    forStaff(async (caller, request, reply) => {
      const query = new FormFields(request.query);
      const topic = topicOf(parts, query.text('page'));
      if (!topic) throw new RpcError('not_found', frameTexts.failure.notLive);
      requireRoom([...streams.values()], caller.staff.id);
      const stream = takeOver(reply);
      streams.set(stream, caller.staff.id);
      stream.ended.addEventListener('abort', () => streams.delete(stream), { once: true });
      let told = query.text('state');
      const tell = (state: string): void => {
        if (state !== told) stream.send('changed', {});
        told = state;
      };
      watch.follow(
        topic,
        (state) => void endUnlessSignedIn(parts, { caller, stream, tell, state }),
        stream.ended,
      );
      return reply;
    }),
  );
}

interface Telling {
  readonly caller: StaffCaller;
  readonly stream: EventStream;
  readonly tell: (state: string) => void;
  readonly state: string;
}

/** Who has left, or was signed out, is told nothing more: the session is looked at each time. */
async function endUnlessSignedIn({ context }: OperationsParts, telling: Telling): Promise<void> {
  const { caller, stream, tell, state } = telling;
  try {
    const found = await findStaff(context, caller.session);
    if (found?.hasProved) return tell(state);
    stream.send('end', {});
  } catch (error) {
    context.log.warn({ err: error }, 'a live page is given up');
  }
  stream.close();
}

function requireRoom(staffIds: readonly string[], staffId: string): void {
  const own = staffIds.filter((one) => one === staffId).length;
  if (staffIds.length < liveStreamsMax && own < liveStreamsPerStaffMax) return;
  throw new RpcError('overloaded', frameTexts.failure.tooManyLive);
}

/** The headers are those that the hooks have set: a reply that is taken over does not send them by itself. */
function takeOver(reply: ConsoleReply): EventStream {
  reply.hijack();
  const headers = Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]);
  return openEventStream(reply.raw, Object.fromEntries(headers) as Record<string, string>);
}
