// Reads a form with files as it comes in, without keeping it: fields are texts, each file is handed on while it arrives. Called
// by the upload page for browsers without a script, and for tables of changes. The one door to busboy.
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { RpcError } from '#commlink/rpc-error.ts';
import { formsTexts } from './texts/console-texts.ts';
import { multipartFieldBytesMax, multipartPartsMax } from '../limits.ts';

/** A file of the form, and the fields that stood before it. */
export interface FormFile {
  readonly name: string;
  readonly content: Readable;
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Reads the form; `takeFile` is called for one file after the other. Resolves with the fields when all is read. Rejects with
 * what `takeFile` rejected with, and RpcError `bad_request` for what is no such form or broke off. A field is cut off behind
 * `fieldBytesMax`.
 */
export async function readMultipartForm(
  body: Readable,
  { contentType, fieldBytesMax = multipartFieldBytesMax }: { contentType: string; fieldBytesMax?: number },
  takeFile: (file: FormFile) => Promise<void>,
): Promise<Record<string, string>> {
  const fields: Record<string, string> = {};
  const open = new Set<BusboyFileStream>();
  let taking: Promise<void> = Promise.resolve();
  let failure: Error | null = null;
  const parser = openParser(contentType, fieldBytesMax);
  parser.on('field', (name, value) => void (fields[name] = value));
  parser.on('file', (_field, content, name) => {
    // A field for files in which none was chosen comes without a name.
    if (!name) return void content.resume();
    open.add(content);
    taking = taking
      .then(() => (failure === null ? takeFile({ name, content, fields: { ...fields } }) : undefined))
      .catch((error: unknown) => void (failure ??= asError(error)))
      // What is not wanted must be read all the same, or nothing behind it comes.
      .finally(() => void content.resume());
  });
  try {
    await pipeline(body, parser);
  } catch (cause) {
    for (const content of open) content.destroy(new Error('the form broke off'));
    failure ??= new RpcError('bad_request', formsTexts.brokeOff, { cause });
  }
  await taking;
  throwIfAny(failure);
  return fields;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** The compiler does not see that a callback has set it. */
function throwIfAny(failure: Error | null): void {
  if (failure !== null) throw failure;
}

function openParser(contentType: string, fieldBytesMax: number): BusboyInstance {
  try {
    const limits = { fieldSize: fieldBytesMax, fields: multipartPartsMax, files: multipartPartsMax };
    return new Busboy({ headers: { 'content-type': contentType }, limits });
  } catch (cause) {
    throw new RpcError('bad_request', formsTexts.noFiles, { cause });
  }
}
