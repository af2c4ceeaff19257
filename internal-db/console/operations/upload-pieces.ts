// Uploads piece by piece, for the page's script: begun by a form, asked for with HEAD, fed with PATCH, finished. What a piece
// looks like is in upload-piece.ts; what is done with it, in artifacts/. Called by upload-routes.ts.
import { RpcError } from '#commlink/rpc-error.ts';
import { finishUpload } from '../../artifacts/finish-upload.ts';
import { abandonUpload, beginUpload, findUpload } from '../../artifacts/uploads.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from '../console-app.ts';
import { FormFields } from '../console-forms.ts';
import { readSignedForm, requireFormToken, requirePermission, type ForStaff } from '../console-gate.ts';
import { statusOf } from '../error-status.ts';
import type { StaffCaller } from '../staff-session.ts';
import { parseUploadForm } from './upload-form.ts';
import { uploadTexts } from '../texts/console-texts.ts';
import { parseByteCount, standingHeaders, takePiece } from './upload-piece.ts';

type Exchange = {
  readonly caller: StaffCaller;
  readonly request: ConsoleRequest;
  readonly reply: ConsoleReply;
};

/** Registers them on an app that hands a piece's body over as a stream. */
export function registerUploadPieces(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  const answering = (work: (exchange: Exchange) => Promise<ConsoleReply>) =>
    forStaff(async (caller, request, reply) => {
      try {
        requirePermission(caller, 'catalog.write');
        return await work({ caller, request, reply });
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        const status = error.code === 'overloaded' ? 507 : statusOf(error);
        return await reply
          .code(status)
          .type('application/problem+json')
          .send(JSON.stringify({ title: error.message, status }));
      }
    });
  app.post(
    '/uploads',
    answering((exchange) => begin(context, exchange)),
  );
  app.head(
    '/uploads/:id',
    answering(async ({ caller, request, reply }) => {
      const standing = await findUpload(context, starterOf(caller), idOf(request));
      return await reply.code(204).headers(standingHeaders(standing)).send();
    }),
  );
  app.patch(
    '/uploads/:id',
    answering((exchange) => append(context, exchange)),
  );
  app.post(
    '/uploads/:id/finish',
    answering(async ({ caller, request, reply }) => {
      readSignedForm(caller, request);
      const { sha256 } = await finishUpload(context, starterOf(caller), idOf(request));
      return await reply.type('application/json').send(JSON.stringify({ sha256 }));
    }),
  );
  app.post(
    '/uploads/:id/remove',
    answering(async ({ caller, request, reply }) => {
      readSignedForm(caller, request);
      const { upload } = await findUpload(context, starterOf(caller), idOf(request));
      await abandonUpload(context, upload);
      return await reply.redirect(`/products/${upload.releaseFile?.product ?? ''}/upload`, 303);
    }),
  );
}

/** Who an upload is of, and the actor of what comes of it. */
export function starterOf({ staff }: StaffCaller): string {
  return `staff:${staff.name}`;
}

async function begin(context: ServiceContext, { caller, request, reply }: Exchange): Promise<ConsoleReply> {
  const fields = readSignedForm(caller, request);
  const file = { name: fields.text('name'), product: fields.text('product') };
  const standing = await beginUpload(context, {
    ...parseUploadForm(fields, file),
    startedBy: starterOf(caller),
    sizeBytes: parseByteCount(fields.text('size')),
    fingerprint: `modified:${parseByteCount(fields.text('modified'))} ends:${parseEnds(fields.text('ends'))}`,
  });
  const location = `/uploads/${standing.upload.id}`;
  return await reply
    .code(201)
    .headers({ location, ...standingHeaders(standing) })
    .send();
}

async function append(context: ServiceContext, { caller, request, reply }: Exchange): Promise<ConsoleReply> {
  requireFormToken(caller, request);
  const standing = await takePiece(context, request, {
    startedBy: starterOf(caller),
    id: idOf(request),
  });
  return await reply.code(204).headers(standingHeaders(standing)).send();
}

function idOf(request: ConsoleRequest): string {
  return new FormFields(request.params).text('id');
}

/** Base64 of the SHA-256 over the file's first and last bytes. */
function parseEnds(field: string): string {
  if (/^[A-Za-z0-9+/]{43}=$/.test(field)) return field;
  throw new RpcError('bad_request', uploadTexts.ends);
}
