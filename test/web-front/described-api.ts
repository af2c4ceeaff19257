// The API's own description as a judge: a client that sends what a test wants, and an examiner that holds each answer
// against what /api/v1/openapi.json says of it and remembers what was never seen. For the tests of the API.
import { compileSchema, type TSchema } from '#commlink/schema.ts';
import { formTokenFor } from '#commlink/pages/form-token.ts';
import { Visitor, type Portal } from './portal-fixture.ts';

interface Media {
  readonly schema: TSchema;
}
type Operation = {
  operationId: string;
  tags?: readonly string[];
  responses: Record<string, { content?: Record<string, Media> }>;
};
/** The description, as far as it is looked at. */
export interface Description {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
}
/** A method, a path below /api/v1, and what goes with it. */
export type Route = Parameters<Machine['send']>;
type Answer = Awaited<ReturnType<Visitor['send']>>;

/** The headers of a JSON body. */
export const json = { 'content-type': 'application/json' };
const browserSession = `consign_ses_${'b'.repeat(43)}`;

/** A machine with a personal token and no cookies; what a token may not do, it does with a browser's session. */
export class Machine {
  readonly #visitor: Visitor;
  readonly secret: string;

  constructor(portal: Portal, secret = `consign_pat_${'m'.repeat(43)}`) {
    this.#visitor = new Visitor(portal);
    this.secret = secret;
    portal.internalDb.liveSecrets.set(secret, 'token');
    portal.internalDb.liveSecrets.set(browserSession, 'session');
  }

  send(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    part: { headers?: Record<string, string>; body?: string } = {},
  ) {
    const needsBrowser = !path.startsWith('/deliveries') && method !== 'GET';
    const credential: Record<string, string> = needsBrowser
      ? { cookie: `__Host-consign-session=${browserSession}`, 'x-form-token': formTokenFor(browserSession) }
      : { authorization: `Bearer ${this.secret}` };
    const headers = { ...credential, ...part.headers };
    return this.#visitor.send(method, `/api/v1${path}`, { ...part, headers });
  }
}

/** Holds answers against the description, and remembers which of its statuses have been seen. */
export class Examiner {
  readonly unseen = new Set<string>();
  readonly #description: Description;

  /** Watches for every status of the operations that `isWatched` says yes to. */
  constructor(description: Description, isWatched: (tags: readonly string[]) => boolean) {
    this.#description = description;
    for (const [path, operations] of Object.entries(description.paths)) {
      for (const [method, { responses, tags = [] }] of Object.entries(operations)) {
        if (!isWatched(tags)) continue;
        for (const status of Object.keys(responses))
          this.unseen.add(`${method.toUpperCase()} ${path} ${status}`);
      }
    }
  }

  /** Why the answer is not as described; null when it is. */
  examine(method: string, path: string, answer: Answer): string | null {
    const template = templateOf(this.#description, path);
    const response =
      this.#description.paths[`/api/v1${template}`]?.[method.toLowerCase()]?.responses[answer.status];
    if (!response) return `${method} ${template} ${answer.status} is not described: ${answer.text}`;
    this.unseen.delete(`${method} /api/v1${template} ${answer.status}`);
    if (!response.content) return answer.text === '' ? null : 'there is a body where none is described';
    const mediaType = String(answer.headers['content-type']).split(';')[0] ?? '';
    const media = response.content[mediaType];
    if (!media) return `${mediaType} is not described`;
    try {
      const content = mediaType.endsWith('json') ? answer.json() : answer.text;
      compileSchema('answer', media.schema).parse(content);
      return null;
    } catch (error) {
      return String(error);
    }
  }
}

/** What the operations about products and licence agreements are tagged with; catalog-api.test.ts watches them. */
export const catalogTags = ['catalog', 'licences'];
/** What the operations about people are tagged with; people-api.test.ts watches them, api.test.ts all others. */
export const peopleTags = ['profile', 'second-factors', 'members'];
/** The tag of appliance-api.test.ts. */
export const applianceTag = 'appliances';

/** Whether the description has this status for a route. */
export function isDescribed(description: Description, [method, path]: Route, status: number) {
  const template = templateOf(description, path);
  return status in (description.paths[`/api/v1${template}`]?.[method.toLowerCase()]?.responses ?? {});
}

/** The path as the description has it: with {names} in the places of ids, and of products, versions and agreements. */
function templateOf(description: Description, path: string): string {
  const plain = path.replace(/\?.*/, '').replace(/\/\w{3}_[\w-]{22}(?=\/|$)/, '/{id}');
  const templates = Object.keys(description.paths).map((full) => full.replace('/api/v1', ''));
  if (templates.includes(plain)) return plain;
  const fits = (template: string) =>
    new RegExp(`^${template.replaceAll(/\{(?!id)\w+\}/g, '[^/{}]+')}$`).test(plain);
  return templates.find(fits) ?? plain;
}
