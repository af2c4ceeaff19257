// What appliances ask over HTTPS, under /fleet/v1: enrolment, beats, catalogs, sources, pings. Each message is signed by its
// appliance and judged by internal-db; here it is only bounded and passed on. No cookie, session or token is read.
import { peekUid, type ApplianceMessageKind } from '#commlink/fleet/appliance-message.ts';
import { DocumentError } from '#commlink/document-error.ts';
import { applianceMessageBytesMax } from '#commlink/fleet/limits.ts';
import type { ApplianceRefusal } from '#commlink/methods/fleet-methods.ts';
import { Type, strictObject } from '#commlink/schema.ts';
import type { PortalApp } from '../http/portal-app.ts';
import type { InternalDbClient } from '../internal-db-client.ts';
import { PortalProblem } from '../portal-problem.ts';
import type { BeatCalls } from './beat-calls.ts';
import { FleetGate } from './fleet-gate.ts';
import { pingRetryAfterSeconds } from './limits.ts';
import type { PingWaits } from './ping-waits.ts';
import { refusalAnswers } from './refusal-answers.ts';

/** What the routes work with. */
export interface FleetServices {
  readonly internalDb: InternalDbClient;
  readonly beatCalls: BeatCalls;
  readonly pingWaits: PingWaits;
}

/** What is needed of a request and a reply here. */
interface FleetRequest {
  readonly ip: string;
  readonly body: unknown;
  readonly headers: { readonly authorization?: string | undefined };
}
interface FleetReply {
  code(status: number): { send(body: unknown): unknown };
  type(mediaType: string): { send(body: unknown): unknown };
}

interface Incoming {
  readonly message: string;
  readonly address: string;
  readonly uid: string;
}

const CatalogQuery = strictObject({
  directorRoot: Type.String({ pattern: '^[1-9][0-9]{0,8}$' }),
  packagesRoot: Type.String({ pattern: '^[1-9][0-9]{0,8}$' }),
});
const authorizationPattern = /^Consign-Appliance (\S+)$/i;
const knownPattern = /^(?:W\/)?"([0-9a-f]{64})"$/;
const route = { schema: { hide: true }, config: { rateLimit: false } } as const;

/** Adds the routes. */
export async function addFleetRoutes(app: PortalApp, services: FleetServices): Promise<void> {
  const gate = new FleetGate();
  const addRoutes = async (fleet: PortalApp) => {
    fleet.removeAllContentTypeParsers();
    const parsing = { parseAs: 'string', bodyLimit: applianceMessageBytesMax } as const;
    fleet.addContentTypeParser('text/plain', parsing, (_request, body, done) => done(null, body));
    addEnrolmentRoute(fleet, services, gate);
    addBeatRoute(fleet, services, gate);
    addCatalogRoute(fleet, services, gate);
    addSourcesRoute(fleet, services, gate);
    addPingRoute(fleet, services, gate);
  };
  await app.register(addRoutes, { prefix: '/fleet/v1' });
}

function addEnrolmentRoute(fleet: PortalApp, { internalDb }: FleetServices, gate: FleetGate): void {
  fleet.post('/enrolments', route, async (request, reply) => {
    const address = request.ip;
    gate.admitEnrolment(address);
    const answer = await internalDb.call('fleet.enrol', { message: bodyOf(request), address });
    if (answer.accepted) return sendJson(reply, answer.reply);
    gate.note({ address, uid: '' }, answer);
    return refuse(reply, answer.reason);
  });
}

function addBeatRoute(fleet: PortalApp, { beatCalls }: FleetServices, gate: FleetGate): void {
  fleet.post('/beats', route, async (request, reply) => {
    const incoming = admit(gate, { kind: 'beat', message: bodyOf(request), address: request.ip });
    const { message, address, uid } = incoming;
    gate.admitBeat(uid, beatCalls.intervalMs);
    const answer = await beatCalls.send({ message, address });
    gate.note(incoming, answer);
    if (!answer.accepted) return refuse(reply, answer.reason);
    gate.noteBeat(uid);
    return reply.type('text/plain; charset=utf-8').send(answer.reply);
  });
}

function addCatalogRoute(fleet: PortalApp, { internalDb }: FleetServices, gate: FleetGate): void {
  const schema = { hide: true, querystring: CatalogQuery };
  fleet.get('/catalog', { ...route, schema }, async (request, reply) => {
    const message = authorizationOf(request);
    const incoming = admit(gate, { kind: 'catalog-request', message, address: request.ip });
    const known = knownPattern.exec(request.headers['if-none-match'] ?? '')?.[1] ?? null;
    const [directorRoot, packagesRoot] = [
      Number(request.query.directorRoot),
      Number(request.query.packagesRoot),
    ];
    const wish = { message, address: incoming.address, known, directorRoot, packagesRoot };
    const answer = await internalDb.call('fleet.catalog', wish);
    gate.note(incoming, answer);
    if (!answer.accepted) return refuse(reply, answer.reason);
    void reply.header('etag', `"${answer.sha256}"`);
    return answer.bundle === null ? reply.code(304).send() : sendJson(reply, answer.bundle);
  });
}

function addSourcesRoute(fleet: PortalApp, { internalDb }: FleetServices, gate: FleetGate): void {
  fleet.post('/sources', route, async (request, reply) => {
    const incoming = admit(gate, { kind: 'sources-request', message: bodyOf(request), address: request.ip });
    const { message, address } = incoming;
    const answer = await internalDb.call('fleet.sources', { message, address });
    gate.note(incoming, answer);
    if (!answer.accepted) return refuse(reply, answer.reason);
    return reply.type('text/plain; charset=utf-8').send(answer.reply);
  });
}

function addPingRoute(fleet: PortalApp, { internalDb, pingWaits }: FleetServices, gate: FleetGate): void {
  fleet.get('/pings', route, async (request, reply) => {
    const message = authorizationOf(request);
    const incoming = admit(gate, { kind: 'ping-request', message, address: request.ip });
    if (!pingWaits.enter()) throw noPlace();
    try {
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      const answer = await internalDb.call('fleet.pingRequest', { message, address: incoming.address });
      gate.note(incoming, answer);
      if (!answer.accepted) return refuse(reply, answer.reason);
      return { ping: await pingWaits.wait(answer.uid, gone.signal) };
    } finally {
      pingWaits.leave();
    }
  });
}

function noPlace(): PortalProblem {
  return new PortalProblem('service_unavailable', 'Too many appliances wait here.', {
    retryAfterSeconds: pingRetryAfterSeconds,
  });
}

/** Bounds it by who it claims to be, which is proved later. Throws PortalProblem `bad_request` or `rate_limited`. */
function admit(
  gate: FleetGate,
  { kind, message, address }: { kind: ApplianceMessageKind; message: string; address: string },
): Incoming {
  try {
    const incoming = { message, address, uid: peekUid(kind, message) };
    gate.admit(incoming);
    return incoming;
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    gate.note({ address, uid: '' }, { accepted: false, reason: 'malformed' });
    throw new PortalProblem('bad_request', `This is no ${kind} of an appliance.`, { cause: error });
  }
}

function bodyOf({ body }: Pick<FleetRequest, 'body'>): string {
  if (typeof body === 'string') return body;
  throw new PortalProblem('bad_request', 'The body is missing: an appliance’s message, as text/plain.');
}

function authorizationOf({ headers }: Pick<FleetRequest, 'headers'>): string {
  const message = authorizationPattern.exec(headers.authorization ?? '')?.[1];
  if (message !== undefined) return message;
  throw new PortalProblem(
    'bad_request',
    'The Authorization header is not "Consign-Appliance" and a message.',
  );
}

function sendJson(reply: FleetReply, text: string): unknown {
  // Sent as it is: Fastify would make a JSON string of it.
  return reply.type('application/json; charset=utf-8').send(Buffer.from(text));
}

function refuse(reply: FleetReply, reason: ApplianceRefusal): unknown {
  const { status, title } = refusalAnswers[reason];
  return reply.code(status).send({ reason, title });
}
