// What the upload page's form says, parsed: which release, for which platform. Called by upload-routes.ts and upload-pieces.ts.
import { FileName, Slug, Version } from '#commlink/methods/fields.ts';
import { mediaTypeOf } from '#commlink/media-type.ts';
import { Type, compileSchema, strictObject, type Static } from '#commlink/schema.ts';
import type { ReleaseFile } from '../../store/originals.ts';
import { parseForm, type FormFields } from '../console-forms.ts';

const UploadForm = strictObject({
  name: FileName,
  product: Slug,
  version: Version,
  channel: Slug,
  platform: Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Null()]),
});
const formCheck = compileSchema('upload', UploadForm);

/** The file's name and what it becomes. RpcError `refused` names what does not fit. */
export function parseUploadForm(
  fields: FormFields,
  file: { name: string; product: string },
): { name: string; releaseFile: ReleaseFile } {
  const { name, ...release }: Static<typeof UploadForm> = parseForm(formCheck, {
    ...file,
    version: fields.text('version'),
    channel: fields.text('channel') || 'stable',
    platform: fields.optional('platform'),
  });
  return { name, releaseFile: { ...release, mediaType: mediaTypeOf(name) } };
}
