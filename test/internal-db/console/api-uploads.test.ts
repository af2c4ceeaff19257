// A release published by a program that has nothing but curl and a token: its file in pieces, with a connection that breaks,
// checked and added to a draft, then published and seen by a customer. And what a piece is refused for.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t from 'tap';
import { runProgram } from '../../rig/run-program.ts';
import { seedRoom, signIn, startRoom } from '../support/running-room.ts';
import { ApiExaminer } from './api-examiner.ts';
import { openStaffClient, type ApiAnswer, type StaffClient } from './staff-client.ts';

const room = await startRoom(t);
const { password } = await seedRoom(room);
const manager = await openStaffClient(room, 'release-manager');
const examiner = new ApiExaminer((await manager.send('GET', '/openapi.json')).json);
const folder = mkdtempSync(join(tmpdir(), 'consign-api-upload-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));
const authority = join(folder, 'ca.pem');
writeFileSync(authority, room.cluster.certificate);
const originals = join(dirname(room.cluster.config.databaseFile), 'originals');
const pieceType = 'application/partial-upload';
const route = 'PATCH /uploads/:upload';

const digestOf = (content: Buffer, encoding: 'hex' | 'base64' = 'hex') =>
  createHash('sha256').update(content).digest(encoding);

/** Runs curl as the person who has the token; the token comes on its standard input. */
async function curl(path: string, ...args: string[]): Promise<ApiAnswer> {
  const url = `https://127.0.0.1:${room.services.console.port}/api/v1${path}`;
  const { stdout } = await runProgram(
    'curl',
    ['-q', '-sS', '--config', '-', '--cacert', authority, '-i', ...args, url],
    { input: `header = "Authorization: Bearer ${manager.secret}"\nheader = "Expect:"\n` },
  );
  const [head = '', text = ''] = stdout.split('\r\n\r\n');
  const headers = Object.fromEntries(
    head.split('\r\n').map((line) => [line.split(':')[0]?.toLowerCase(), line.replace(/^[^:]*: /, '')]),
  );
  const status = Number(/^HTTP\/1.1 (\d{3})/.exec(head)?.[1] ?? 0);
  return { status, headers, text, json: text === '' ? undefined : JSON.parse(text) };
}

function postJson(path: string, body: unknown): Promise<ApiAnswer> {
  return curl(path, '-X', 'POST', '-H', 'Content-Type: application/json', '-d', JSON.stringify(body));
}

function fileOf(version: string, content: Buffer, name = 'tool.iso') {
  const file = { name, sizeBytes: content.length, sha256: digestOf(content) };
  return { product: 'tool', version, channel: 'stable', platform: 'linux-x64', ...file };
}

function sendPiece(client: StaffClient, id: string, part: { [header: string]: string; body?: string }) {
  const { body = 'hello', ...headers } = part;
  const all = { 'content-type': pieceType, 'upload-offset': '0', ...headers };
  return client.send('PATCH', `/uploads/${id}`, { body, headers: all });
}

t.test('a whole release by API, with curl', async (t) => {
  const content = randomBytes(12_000_000);
  const path = join(folder, 'tool.iso');
  writeFileSync(path, content);
  const begun = await postJson('/uploads', fileOf('4.0.0', content));
  t.match(begun, { status: 201, json: { offsetBytes: 0, release: { version: '4.0.0' } } });
  const upload = `/uploads/${begun.json.id}`;
  const patch = ['-X', 'PATCH', '-H', `Content-Type: ${pieceType}`];
  await curl(upload, ...patch, '-H', 'Upload-Offset: 0', '--limit-rate', '2M', '--max-time', '3', '-T', path);
  const broken = await curl(upload);
  t.ok(broken.json.offsetBytes > 0 && broken.json.offsetBytes < content.length, 'what arrived is kept');
  t.match((await curl('/uploads')).json, { uploads: [{ id: begun.json.id }] });
  t.match(await postJson('/uploads', fileOf('4.0.0', content)), { json: broken.json }, 'found again');
  t.match(await postJson(`${upload}/finish`, {}), { status: 409 });

  const rest = content.subarray(broken.json.offsetBytes);
  writeFileSync(path, rest);
  const offset = ['-H', `Upload-Offset: ${broken.json.offsetBytes}`];
  const digest = ['-H', `Content-Digest: sha-256=:${digestOf(rest, 'base64')}:`];
  const sent = await curl(upload, ...patch, ...offset, ...digest, '-T', path);
  t.match(sent, { status: 200, headers: { 'upload-complete': '?1' }, json: { offsetBytes: content.length } });
  t.equal(examiner.examine(route, sent), null);
  t.match(await postJson(`${upload}/finish`, {}), { status: 200, json: { sha256: digestOf(content) } });
  t.match(await postJson(`${upload}/finish`, {}), { status: 200 }, 'asked for again');
  t.ok(readFileSync(join(originals, digestOf(content))).equals(content));

  const release = '/products/tool/releases/4.0.0';
  const session = await signIn(room, password);
  const page = { session, product: 'tool', version: '4.0.0' };
  t.match(await curl(release), { json: { state: 'draft', files: [{ name: 'tool.iso' }] } });
  const unseen = await room.webFront.call('catalog.release', page);
  t.match(unseen, { found: false }, 'no customer sees a draft');
  t.match(await postJson(`${release}/state`, { state: 'published', reason: 'tested' }), { status: 200 });
  t.match(await room.webFront.call('catalog.release', page), { release: { version: '4.0.0' } });
  const late = await postJson('/uploads', fileOf('4.0.0', content, 'late.iso'));
  t.match(late, { status: 422, json: { detail: /published/ } });
});

t.test('a piece that does not fit is refused, as described', async (t) => {
  const { id } = (await manager.send('POST', '/uploads', { body: fileOf('5.0.0', Buffer.from('hello')) }))
    .json;
  const examine = async (title: string, status: number, answer: Promise<ApiAnswer>) => {
    const refused = await answer;
    t.equal(refused.status, status, `${title}: ${refused.text}`);
    t.equal(examiner.examine(route, refused), null, title);
  };
  const reader = await openStaffClient(room, 'release-manager', 'read');
  const operator = await openStaffClient(room, 'operator');
  const unknown = `upl_${'A'.repeat(22)}`;
  const digest = `sha-256=:${digestOf(Buffer.from('other'), 'base64')}:`;
  await examine('nobody', 401, sendPiece(manager, id, { authorization: 'Bearer none' }));
  await examine('for reading', 403, sendPiece(reader, id, {}));
  await examine('by support', 403, sendPiece(await openStaffClient(room, 'support'), id, {}));
  await examine('somebody else’s', 404, sendPiece(operator, id, {}));
  await examine('unknown', 404, sendPiece(manager, unknown, {}));
  await examine('no upload', 400, sendPiece(manager, '%20', {}));
  await examine('offset', 400, sendPiece(manager, id, { 'upload-offset': '-1' }));
  await examine('not where it ends', 409, sendPiece(manager, id, { 'upload-offset': '3' }));
  await examine('JSON', 415, sendPiece(manager, id, { 'content-type': 'application/json', body: '{}' }));
  await examine('digest', 422, sendPiece(manager, id, { 'content-digest': digest }));
  await examine('other digest', 400, sendPiece(manager, id, { 'content-digest': 'md5=:x:' }));
  await examine('too long', 422, sendPiece(manager, id, { body: 'hello there' }));
  t.match((await manager.send('GET', `/uploads/${id}`)).json, { offsetBytes: 0 }, 'nothing of it is kept');

  const { artifacts } = room.services.context;
  artifacts.folder.freeBytes = async () => 1;
  await examine('full', 507, sendPiece(manager, id, {}));
  const begun = await manager.send('POST', '/uploads', { body: fileOf('5.0.0', Buffer.from('more'), 'b') });
  t.match(begun, { status: 507, json: { code: 'storage_full' } });
  Reflect.deleteProperty(artifacts.folder, 'freeBytes');
  await examine('in the end', 200, sendPiece(manager, id, {}));
  t.match(await manager.send('DELETE', `/uploads/${id}`), { status: 200, json: { id } });
  t.equal((await manager.send('GET', `/uploads/${id}`)).status, 404);
  t.notOk(
    readdirSync(originals).some((name) => name.startsWith('.upload-')),
    'nothing is left',
  );
  t.ok(existsSync(originals));
});
