// The answer that tells of one delivery as it changes, as server-sent events: `delivery` with the whole state as the API
// shows it, each time that it has changed, and at last `end` with the reason. Called by the delivery's page and the API
// after they have checked who asks.
import type { ServerResponse } from 'node:http';
import type { DeliveryWithDownloads } from '#commlink/methods/delivery-methods.ts';
import { openEventStream, type EventStream } from '#commlink/pages/event-stream.ts';
import { viewDelivery } from '../api/api-views.ts';
import { watchLimits } from '../limits.ts';
import type { DeliveryWatch, WatchEnd } from './delivery-watch.ts';

/** What is needed of a reply to take it over. */
export interface StreamSink {
  readonly raw: ServerResponse;
  hijack(): unknown;
  getHeaders(): object;
}

/** What a stream is made with. */
export interface DeliveryEventMeans {
  readonly deliveryWatch: DeliveryWatch;
  readonly publicUrl: string;
}

/** Answers with the stream. Throws what DeliveryWatch.open throws, while the reply can still say so. */
export async function streamDelivery(
  { deliveryWatch, publicUrl }: DeliveryEventMeans,
  wanted: { readonly session: string; readonly delivery: string },
  reply: StreamSink,
): Promise<void> {
  let stream: EventStream | null = null;
  let shown = '';
  const show = (record: DeliveryWithDownloads) => {
    // A reader who is behind is sent the newest state later on, not all of those in between.
    if (reply.raw.writableNeedDrain) return;
    const view = viewDelivery(record, publicUrl);
    const text = JSON.stringify(view);
    if (text === shown) return;
    shown = text;
    stream?.send('delivery', view);
  };
  const end = (why: WatchEnd) => {
    // When this process stops, the reader shall ask again; another one answers.
    if (why !== 'stopping') stream?.send('end', { why });
    stream?.close();
  };
  const { record, stop } = await deliveryWatch.open({ ...wanted, show, end });
  reply.hijack();
  stream = openEventStream(reply.raw, headersOf(reply));
  const lifetime = setTimeout(() => stream?.close(), watchLimits.streamLifetimeMs).unref();
  stream.ended.addEventListener(
    'abort',
    () => {
      clearTimeout(lifetime);
      stop();
    },
    { once: true },
  );
  show(record);
  if (record.delivery.endedAtMs !== null) end('delivery');
}

/** Those that the hooks have set: a taken-over reply does not send them by itself. */
function headersOf(reply: StreamSink): Record<string, string> {
  return Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]));
}
