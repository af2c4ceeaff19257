// A child process of the tests that measure memory: an SFTP server of the fixture with one large file, and nothing else that
// would use memory. Tells its parent the port, and how much memory it has whenever it is asked.
import { startFixture } from './sftp-fixture.ts';

const fixture = await startFixture();
await fixture.put('large', Buffer.alloc(32 * 1024 * 1024, 'content'));
process.on('message', () => process.send?.({ rssBytes: process.memoryUsage.rss() }));
process.on('disconnect', () => {
  void fixture.close().finally(() => process.exit(0));
});
process.send?.({ port: fixture.server.port, accountDirectory: fixture.accountDirectory });
