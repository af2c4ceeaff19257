// The certificates of a one-machine installation: a small authority of its own, and one server certificate a program.
// The one door to node-forge. Called by first-start.ts at every start; what is near its end is made anew.
import { X509Certificate, createPrivateKey, generateKeyPair } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import forge from 'node-forge';
import { writePrivateFile } from '#commlink/private-file.ts';
import { authorityLifetimeDays, certificateLifetimeDays, certificateRenewalMs } from './limits.ts';
import { programNames, type StateLayout } from './state-directory.ts';

const dayMs = 86_400_000;
/** Certificates are good from an hour before they were made, for peers whose clocks are behind. */
const backdateMs = 3_600_000;
const subjectAltName = { dns: 2, ip: 7 } as const;

interface KeyPairPem {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** A certificate and its private key, as PEM texts. */
interface Issued {
  readonly certificate: string;
  readonly privateKey: string;
}

/** A program's certificate and key files. */
export function certificateFiles(layout: StateLayout, program: (typeof programNames)[number]) {
  const directory = layout.programDirectory(program);
  return { certFile: join(directory, 'tls-cert.pem'), keyFile: join(directory, 'tls-key.pem') };
}

/** Makes what is missing, near its end or from another authority; returns the names of the certificates made. */
export async function ensureCertificates(layout: StateLayout): Promise<string[]> {
  let authority = await readIssued(layout.caFile, layout.caKeyFile);
  const made: string[] = [];
  if (authority === null || isNearEnd(authority.certificate)) {
    authority = issueAuthority(await createRsaKeys(3072));
    await writePrivateFile(layout.caKeyFile, authority.privateKey);
    await writePrivateFile(layout.caFile, authority.certificate);
    made.push('authority');
  }
  for (const program of programNames) {
    const { certFile, keyFile } = certificateFiles(layout, program);
    const current = await readIssued(certFile, keyFile);
    if (current !== null && isGood(current, authority)) continue;
    const server = issueServer(await createRsaKeys(2048), authority);
    await writePrivateFile(keyFile, server.privateKey);
    await writePrivateFile(certFile, server.certificate);
    made.push(program);
  }
  return made;
}

/** RSA, since node-forge signs with nothing else; made by OpenSSL, which takes a tenth of the time. */
async function createRsaKeys(modulusLength: number): Promise<KeyPairPem> {
  return promisify(generateKeyPair)('rsa', {
    modulusLength,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

async function readIssued(certFile: string, keyFile: string): Promise<Issued | null> {
  try {
    const [certificate, privateKey] = await Promise.all([
      readFile(certFile, 'utf8'),
      readFile(keyFile, 'utf8'),
    ]);
    return { certificate, privateKey };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function isNearEnd(certificate: string): boolean {
  return Date.parse(new X509Certificate(certificate).validTo) - Date.now() < certificateRenewalMs;
}

/** A crash between the writing of a key and of its certificate leaves two that do not fit: then both are made anew. */
function isGood(issued: Issued, authority: Issued): boolean {
  const certificate = new X509Certificate(issued.certificate);
  const issuer = new X509Certificate(authority.certificate);
  return (
    !isNearEnd(issued.certificate) &&
    certificate.verify(issuer.publicKey) &&
    certificate.checkPrivateKey(createPrivateKey(issued.privateKey)) &&
    hostNames().every((name) => certificate.checkHost(name) !== undefined)
  );
}

function hostNames(): string[] {
  const own = hostname().toLowerCase();
  return own === 'localhost' || !/^[a-z0-9.-]+$/.test(own) ? ['localhost'] : ['localhost', own];
}

function createCertificate(keys: KeyPairPem, commonName: string, lifetimeDays: number) {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(keys.publicKey);
  // 16 random bytes; the leading 4 keeps the number positive (RFC 5280, 4.1.2.2).
  certificate.serialNumber = `4${forge.util.bytesToHex(forge.random.getBytesSync(16)).slice(1)}`;
  certificate.validity.notBefore = new Date(Date.now() - backdateMs);
  certificate.validity.notAfter = new Date(Date.now() - backdateMs + lifetimeDays * dayMs);
  certificate.setSubject([
    { name: 'commonName', value: commonName },
    { name: 'organizationName', value: 'Consign (this machine)' },
  ]);
  return certificate;
}

function issueAuthority(keys: KeyPairPem): Issued {
  // Two authorities of two installations need two names, or a browser that trusts one mistakes the other for it.
  const mark = forge.util.bytesToHex(forge.random.getBytesSync(4));
  const certificate = createCertificate(keys, `Consign local authority ${mark}`, authorityLifetimeDays);
  certificate.setIssuer(certificate.subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(keys.privateKey), forge.md.sha256.create());
  return { certificate: forge.pki.certificateToPem(certificate), privateKey: keys.privateKey };
}

function issueServer(keys: KeyPairPem, authority: Issued): Issued {
  const issuer = forge.pki.certificateFromPem(authority.certificate);
  const certificate = createCertificate(keys, 'localhost', certificateLifetimeDays);
  certificate.setIssuer(issuer.subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    {
      name: 'subjectAltName',
      altNames: [
        ...hostNames().map((value) => ({ type: subjectAltName.dns, value })),
        ...['127.0.0.1', '::1'].map((ip) => ({ type: subjectAltName.ip, ip })),
      ],
    },
    { name: 'subjectKeyIdentifier' },
    {
      name: 'authorityKeyIdentifier',
      keyIdentifier: issuer.generateSubjectKeyIdentifier().getBytes(),
    },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(authority.privateKey), forge.md.sha256.create());
  return { certificate: forge.pki.certificateToPem(certificate), privateKey: keys.privateKey };
}
