// Operations about uploads: a program of the staff begins one, sends pieces (upload-piece-route.ts), and finishes it into a draft,
// which `POST /products/…/releases/…/state` publishes. The same uploads as the console's page has, by the same person.
import { AtMs, Bytes, FileName, Id, Sha256, Slug, Version } from '#commlink/methods/fields.ts';
import { mediaTypeOf } from '#commlink/media-type.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { Type, strictObject, type Static } from '#commlink/schema.ts';
import { finishUpload } from '../../artifacts/finish-upload.ts';
import {
  abandonUpload,
  beginUpload,
  findUpload,
  listUploads,
  type UploadStanding,
} from '../../artifacts/uploads.ts';
import { ApiProblem } from './api-problems.ts';
import { Nullable } from './operation-schemas.ts';
import { operation, type Operation } from './operation.ts';

const Platform = Nullable(Type.String({ minLength: 1, maxLength: 64 }));

/** How far an upload is, and what it becomes. */
export const Upload = strictObject({
  id: Id,
  name: FileName,
  sizeBytes: Bytes,
  /** The next piece begins here. */
  offsetBytes: Bytes,
  release: Nullable(
    strictObject({
      product: Slug,
      version: Version,
      channel: Slug,
      platform: Platform,
      mediaType: Type.String(),
    }),
  ),
  createdAtMs: AtMs,
  finishedAtMs: Nullable(AtMs),
});

/** An upload as the API shows it. */
export function viewUpload({ upload, offsetBytes }: UploadStanding): Static<typeof Upload> {
  const { id, name, sizeBytes, releaseFile: release, createdAtMs, finishedAtMs } = upload;
  return { id, name, sizeBytes, offsetBytes, release, createdAtMs, finishedAtMs };
}

/** Runs `work`; what the disk has no room for leaves it as the problem `storage_full`. */
export async function tellFullStorage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RpcError && error.code === 'overloaded')
      throw new ApiProblem('storage_full', error.message);
    throw error;
  }
}

const shared = { tag: 'uploads', action: 'catalog.write' } as const;
const named = strictObject({ upload: Id });

const begin = operation({
  ...shared,
  id: 'beginUpload',
  route: 'POST /uploads',
  summary:
    'Begin to send a file for a draft, or find what you have sent of the same file: go on at its offset',
  status: 201,
  fails: [404, 422, 507],
  params: strictObject({
    product: Slug,
    version: Version,
    channel: Slug,
    platform: Platform,
    name: FileName,
    sizeBytes: Bytes,
    sha256: Sha256,
  }),
  result: Upload,
  run: async ({ context }, { name, sizeBytes, sha256, ...release }, { actor: startedBy }) => {
    const releaseFile = { ...release, mediaType: mediaTypeOf(name) };
    const wanted = { startedBy, name, sizeBytes, fingerprint: `sha256:${sha256}`, releaseFile };
    return viewUpload(await tellFullStorage(() => beginUpload(context, wanted)));
  },
});

const list = operation({
  ...shared,
  id: 'listUploads',
  route: 'GET /uploads',
  summary: 'Your uploads that are not finished, the oldest first',
  params: strictObject({}),
  result: strictObject({ uploads: Type.Array(Upload) }),
  run: async ({ context }, _params, { actor }) => ({
    uploads: (await listUploads(context, actor)).map(viewUpload),
  }),
});

const get = operation({
  ...shared,
  id: 'getUpload',
  route: 'GET /uploads/:upload',
  summary: 'How far an upload of yours is',
  params: named,
  result: Upload,
  run: async ({ context }, { upload }, { actor }) => viewUpload(await findUpload(context, actor, upload)),
});

const finish = operation({
  ...shared,
  id: 'finishUpload',
  route: 'POST /uploads/:upload/finish',
  summary:
    'Check the whole against its digest and add it to its draft. A large file takes minutes; ask again when the connection breaks',
  fails: [409, 422, 507],
  params: named,
  result: strictObject({ sha256: Sha256 }),
  run: ({ context }, { upload }, { actor }) => tellFullStorage(() => finishUpload(context, actor, upload)),
});

const abandon = operation({
  ...shared,
  id: 'abandonUpload',
  route: 'DELETE /uploads/:upload',
  summary: 'Give an upload up and remove what has arrived of it; the answer is what it was',
  params: named,
  result: Upload,
  run: async ({ context }, { upload: id }, { actor }) => {
    const standing = await findUpload(context, actor, id);
    await abandonUpload(context, standing.upload);
    return viewUpload(standing);
  },
});

/** The rows. */
export const uploadOperations: readonly Operation[] = [begin, list, get, finish, abandon];
