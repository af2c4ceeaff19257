// The console's upload page: by drag and drop with its script, which sends pieces (upload-pieces.ts), or as a plain form that is
// read as it comes in. The files become a draft, which customers do not see. Called by product-routes.ts.
import type { Readable } from 'node:stream';
import { RpcError } from '#commlink/rpc-error.ts';
import { findProduct } from '../../admin/find-by-name.ts';
import { listUploads } from '../../artifacts/uploads.ts';
import { uploadWhole } from '../../artifacts/upload-whole.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from '../console-app.ts';
import { FormFields } from '../console-forms.ts';
import { readSignedFields, readSignedForm, requirePermission, type ForStaff } from '../console-gate.ts';
import { readMultipartForm } from '../multipart-form.ts';
import { allowLongRequest } from '../request-time.ts';
import type { StaffCaller } from '../staff-session.ts';
import { releasePath } from './product-pages.ts';
import { parseUploadForm } from './upload-form.ts';
import { renderUploadPage, type UploadView } from './upload-page.ts';
import { parseByteCount, pieceMediaType } from './upload-piece.ts';
import { uploadTexts } from '../texts/console-texts.ts';
import { registerUploadPieces, starterOf } from './upload-pieces.ts';

interface Exchange {
  readonly caller: StaffCaller;
  readonly request: ConsoleRequest;
  readonly reply: ConsoleReply;
}

/** Registers them, apart from the other routes: only here may a body be read as it comes. */
export function registerUploadRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  void app.register(async (apart) => {
    for (const type of ['multipart/form-data', pieceMediaType])
      apart.addContentTypeParser(type, (_request, body, done) => done(null, body));
    apart.get(
      '/products/:product/upload',
      forStaff(async (caller, request) => {
        requirePermission(caller, 'catalog.write');
        return renderUploadPage(caller, await readView(context, caller, request));
      }),
    );
    apart.post(
      '/products/:product/upload',
      forStaff((caller, request, reply) => takeForm(context, { caller, request, reply })),
    );
    registerUploadPieces(apart, context, forStaff);
  });
}

async function takeForm(
  context: ServiceContext,
  { caller, request, reply }: Exchange,
): Promise<string | ConsoleReply> {
  requirePermission(caller, 'catalog.write');
  try {
    const taken = await takeFiles(context, { caller, request, reply });
    return await reply.redirect(`${releasePath(taken.product, taken.version)}?done=uploaded`, 303);
  } catch (error) {
    if (!(error instanceof RpcError) || error.code === 'forbidden') throw error;
    const view = await readView(context, caller, request);
    reply.code(422);
    return renderUploadPage(caller, view, { kind: 'refused', text: error.message });
  }
}

async function takeFiles(
  context: ServiceContext,
  { caller, request }: Exchange,
): Promise<{ product: string; version: string }> {
  const contentType = String(request.headers['content-type']);
  if (!contentType.startsWith('multipart/')) {
    readSignedForm(caller, request);
    throw new RpcError('refused', uploadTexts.chooseOne);
  }
  const product = productOf(request);
  const sizeBytesMax = parseByteCount(request.headers['content-length'] ?? '');
  let version: string | null = null;
  const form = await readMultipartForm(
    request.body as Readable,
    { contentType },
    async ({ name, content, fields }) => {
      const signed = readSignedFields(caller, request, fields);
      allowLongRequest(request.raw);
      const file = parseUploadForm(signed, { name, product });
      await uploadWhole(context, { ...file, startedBy: starterOf(caller), sizeBytesMax, content });
      version = file.releaseFile.version;
    },
  );
  readSignedFields(caller, request, form);
  if (version === null) throw new RpcError('refused', uploadTexts.chooseOne);
  return { product, version };
}

async function readView(
  context: ServiceContext,
  caller: StaffCaller,
  request: ConsoleRequest,
): Promise<UploadView> {
  const product = await findProduct(context.store.read, productOf(request));
  const asked = new FormFields(request.query);
  const uploads = await listUploads(context, starterOf(caller));
  return {
    product,
    version: asked.text('version'),
    channel: asked.text('channel') || 'stable',
    unfinished: uploads.filter(({ upload }) => upload.releaseFile?.product === product.name),
  };
}

function productOf(request: ConsoleRequest): string {
  return new FormFields(request.params).text('product');
}
