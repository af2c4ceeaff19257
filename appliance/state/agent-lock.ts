// One agent for one state directory: whoever listens at its socket is it. The kernel lets go when the process dies, however it
// dies. Callers: the commands that change the state.
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { AgentError } from '../agent-error.ts';

/** Takes the state directory. Throws AgentError `state_taken` while another agent lives. */
export async function takeState(socketPath: string): Promise<{ release(): void }> {
  const server = await listenAt(socketPath).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    if (await isAnswered(socketPath))
      throw new AgentError('state_taken', 'Another agent works with this state directory. Stop it first.');
    await rm(socketPath, { force: true });
    return listenAt(socketPath);
  });
  server.unref();
  return { release: () => void server.close() };
}

async function listenAt(socketPath: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  server.listen(socketPath);
  await once(server, 'listening');
  return server;
}

async function isAnswered(socketPath: string): Promise<boolean> {
  const socket = connect(socketPath);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return false;
    throw error;
  } finally {
    socket.destroy();
  }
}
