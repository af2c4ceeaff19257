// Certificates of a test's own: self-signed, for localhost, as PEM texts.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A certificate and its key. */
export interface IssuedCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

/** Makes one that is valid for two days; `name` tells it from others. */
export async function issueCertificate(name: string): Promise<IssuedCertificate> {
  const directory = await mkdtemp(join(tmpdir(), 'consign-certificate-'));
  const [certFile, keyFile] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  try {
    const files = ['-keyout', keyFile, '-out', certFile];
    await promisify(execFile)('openssl', ['req', '-x509', ...key, ...subject, '-days', '2', ...files]);
    return {
      certificate: await readFile(certFile, 'utf8'),
      privateKey: await readFile(keyFile, 'utf8'),
    };
  } finally {
    await rm(directory, { recursive: true });
  }
}
