import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

/** The thread of the embedded database: Postgres compiled to WebAssembly, behind an ordinary Unix socket. */
const { folder, socket } = workerData as { folder: string; socket: string };

const db = await PGlite.create({
  dataDir: folder,
  // What was written since the last checkpoint is read again after a kill: keep that short.
  startParams: [...PGlite.defaultStartParams, '-c', 'max_wal_size=64MB'],
});
// One client at a time, but a new connection may come before the old one is gone: with one allowed, it would be refused.
const server = new PGLiteSocketServer({ db, path: socket, maxConnections: 4 });
await server.start();

parentPort?.once('message', () => {
  void server
    .stop()
    .then(() => db.close())
    .finally(() => process.exit(0));
});
parentPort?.postMessage('ready');
