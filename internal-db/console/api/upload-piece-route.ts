// PATCH /uploads/:upload: the one operation of the API whose body is no JSON, but a piece of a file, read as it comes and as long
// as it is. Who sends it is known before anything of it is read. Called by staff-api.ts.
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import { describeResponses } from '#commlink/api/problem-responses.ts';
import { Id } from '#commlink/methods/fields.ts';
import { Type, strictObject, type TSchema } from '#commlink/schema.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from '../console-app.ts';
import { pieceMediaType, standingHeaders, takePiece } from '../operations/upload-piece.ts';
import { requireApiCaller, type ApiCaller } from './api-caller.ts';
import { ProblemView } from './api-problems.ts';
import { publicShapeOf } from './public-shape.ts';
import { Upload, tellFullStorage, viewUpload } from './upload-operations.ts';

const headers = Type.Object({
  'upload-offset': Type.String({ pattern: '^\\d{1,16}$' }),
  'content-digest': Type.Optional(Type.String({ pattern: '^sha-256=:[A-Za-z0-9+/]{43}=:$' })),
});
const use = { action: 'catalog.write', mutates: true, isSafe: false } as const;

/** Adds the route, apart from the others: only here may a body be read as it comes. */
export function addUploadPieceRoute(api: ConsoleApp, context: ServiceContext): void {
  const upload = publicShapeOf(Upload);
  const success = { status: 200, description: 'The piece is kept.', schema: upload.schema } as const;
  const schema = {
    operationId: 'sendPiece',
    summary:
      'Send the next piece of an upload, of any length, that begins at its offset; Content-Digest is checked where it is given',
    tags: ['uploads'],
    params: strictObject({ upload: Id }),
    headers,
    body: { content: { [pieceMediaType]: { schema: Type.String({ format: 'binary' }) } } },
    response: describeResponses(success, [400, 403, 404, 409, 415, 422, 507], ProblemView),
  };
  const callers = new WeakMap<object, ApiCaller>();
  void api.register(async (apart: ConsoleApp) => {
    apart.removeAllContentTypeParsers();
    apart.addContentTypeParser(pieceMediaType, (_request, body, done) => done(null, body));
    apart.patch('/uploads/:upload', {
      schema,
      // A stream has no schema to be held to.
      validatorCompiler: (part) =>
        part.httpPart === 'body'
          ? () => true
          : TypeBoxValidatorCompiler(part as { schema: TSchema } & typeof part),
      onRequest: async (request: ConsoleRequest) => {
        callers.set(request, await requireApiCaller(context, request, use));
      },
      handler: async (request: ConsoleRequest, reply: ConsoleReply) => {
        const caller = callers.get(request);
        if (!caller) throw new Error('a piece was reached without a caller');
        const { upload: id } = request.params as { upload: string };
        const wanted = { startedBy: caller.actor, id };
        const standing = await tellFullStorage(() => takePiece(context, request, wanted));
        return await reply.headers(standingHeaders(standing)).send(upload.toPublic(viewUpload(standing)));
      },
    });
  });
}
