// The API's description as a page: everything in it that is in the document, small, and nothing that the policy would block.
import t from 'tap';
import { noteSchema } from '#commlink/api/schema-notation.ts';
import { Type, strictObject } from '#commlink/schema.ts';
import { Visitor, startPortal } from './portal-fixture.ts';

t.test('the page describes each operation of the document', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  const page = await visitor.get('/api/v1/');
  t.match(page, { status: 200, headers: { 'content-type': /^text\/html/, etag: /^"/ } });
  t.ok(Buffer.byteLength(page.text) < 100_000, `${Buffer.byteLength(page.text)} bytes`);
  t.notMatch(page.text, /<script(?![^>]* src=)|<style|\sstyle=/);
  const { paths } = (await visitor.get('/api/v1/openapi.json')).json() as {
    paths: Record<string, Record<string, { operationId: string }>>;
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({ path, method, operationId })),
  );
  t.ok(operations.length > 10);
  for (const { path, method, operationId } of operations) {
    t.ok(page.text.includes(`<code>${method.toUpperCase()} ${path}</code>`), `${method} ${path}`);
    t.ok(page.text.includes(`id="${operationId}"`), operationId);
  }
  t.match((await visitor.get('/sign-in')).text, /href="\/api\/v1\/"/, 'the footer leads there');
});

t.test('a schema is noted as a reader sees it', async (t) => {
  const schema = strictObject({
    name: Type.String({ maxLength: 100 }),
    days: Type.Optional(Type.Integer({ minimum: 1, maximum: 366, default: 90 })),
    kind: Type.Union([Type.Literal('a'), Type.Null()]),
    parts: Type.Array(strictObject({ at: Type.String({ format: 'date-time' }) })),
  });
  t.equal(
    noteSchema(schema),
    '{\n  name: string ≤ 100\n  days?: integer 1–366 = 90\n  kind: "a" | null\n' +
      '  parts: [ {\n    at: date-time\n  }, … ]\n}',
  );
});
