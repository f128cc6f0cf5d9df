// A server of node:http that writes what is posted to the file of a collector's configuration, and answers then.
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';

const [, , , config = ''] = process.argv;
const { receivers, exporters } = JSON.parse(readFileSync(config, 'utf8'));
const file = await open(exporters.file.path, 'a');

const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', async () => {
    const body = Buffer.concat(pieces);
    if (body.length > 0) await file.write(body);
    response.writeHead(200, { 'content-type': 'application/x-protobuf', 'content-length': 0 }).end();
  });
});
server.listen(Number(receivers.otlp.protocols.http.endpoint.split(':')[1]), '127.0.0.1');
process.on('SIGTERM', () => process.exit());
