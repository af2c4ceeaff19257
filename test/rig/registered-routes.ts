// Every route that a Fastify app of this process registers, as `METHOD /path`. Fastify announces each new app on a
// diagnostics channel, so the programs need nothing for it. Called by the tests of the route tables.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';

interface AnnouncedApp {
  readonly fastify: {
    addHook(name: 'onRoute', hook: (route: { method: string | string[]; url: string }) => void): void;
  };
}

/** Collects the routes of the apps that are made until it is disposed, a set for each. HEAD, which comes with GET, is left out. */
export function collectRoutes(): { readonly apps: readonly ReadonlySet<string>[] } & Disposable {
  const apps: Set<string>[] = [];
  const listener = (message: unknown): void => {
    const { fastify } = message as AnnouncedApp;
    const routes = new Set<string>();
    apps.push(routes);
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const name of [method].flat()) if (name !== 'HEAD') routes.add(`${name} ${url}`);
    });
  };
  subscribe('fastify.initialization', listener);
  return { apps, [Symbol.dispose]: () => void unsubscribe('fastify.initialization', listener) };
}
