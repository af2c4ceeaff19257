// The warm-up asks for every route that the app has, whatever stands in its address, as nobody; and for none of the appliances', where a
// message that is none would be counted.
import t from 'tap';
import { createLogger } from '#commlink/log.ts';
import { createPortalApp } from '#web-front/http/portal-app.ts';
import { warmUpAddress } from '#web-front/http/access-log.ts';
import { warmUp } from '#web-front/warm-up.ts';

t.test('each route is asked for once, and answers', async (t) => {
  const app = await createPortalApp({
    publicUrl: 'https://downloads.example.com',
    limits: { signInsPerMinute: 60, apiRequestsPerMinute: 60, pageRequestsPerMinute: 60, connectionsMax: 10 },
    log: createLogger('test', 'silent'),
    answerError: (error) => Promise.reject(error),
  });
  const asked: string[] = [];
  const note = async ({ method, url, ip }: { method: string; url: string; ip: string }): Promise<string> => {
    t.equal(ip, warmUpAddress);
    asked.push(`${method} ${url}`);
    return 'done';
  };
  app.get('/', note);
  app.get('/products/:product/:version', note);
  app.post('/deliveries/:id/end', note);
  app.get('/assets/*', note);
  app.post('/fleet/beats', note);
  await app.register(
    async (api) => {
      api.delete('/tokens/:id', note);
      api.patch('/profile', note);
    },
    { prefix: '/api/v1' },
  );
  await warmUp(app);
  t.same(asked, [
    'GET /',
    'GET /products/none/1.0.0',
    'POST /deliveries/dlv_AAAAAAAAAAAAAAAAAAAAAA/end',
    'GET /assets/none',
    'DELETE /api/v1/tokens/dlv_AAAAAAAAAAAAAAAAAAAAAA',
    'PATCH /api/v1/profile',
  ]);
  await app.close();
});
