// One of the servers that `npm run bench:grpc` compares: says its URL, then for each line of input what it has cost since.
import grpc from '@grpc/grpc-js';
import { GrpcReceiver } from '../../src/collector/grpc/grpc-receiver.ts';
import { Intake } from '../../src/collector/intake.ts';
import { Receiver } from '../../src/collector/receiver.ts';
import { EXPORT_PATHS } from '../../src/otlp/grpc/services.ts';
import { scanProtobuf } from '../../src/otlp/wire/decode-protobuf.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';
import type { Cost } from './cost.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const address = { host: 'localhost', port: 0 };
let calls = 0;

const intake = new Intake({
  consume: { logs: async () => void calls++ },
  maxHeldBytes: 8 * MAX_BYTES,
});

const SERVERS: Readonly<Record<string, () => Promise<string>>> = {
  own: () => new GrpcReceiver({ address, maxMessageBytes: MAX_BYTES, intake }).start(),
  'grpc-js': startGrpcJs,
  http: () => new Receiver({ address, maxBodyBytes: MAX_BYTES, intake }).start(),
};

console.log(await SERVERS[process.argv[2] ?? '']?.());
let since = process.cpuUsage();
process.stdin.on('data', () => {
  const { user, system } = process.cpuUsage(since);
  since = process.cpuUsage();
  const cost: Cost = { cpuUs: (user + system) / calls, rssBytes: process.memoryUsage().rss };
  console.log(JSON.stringify(cost));
  calls = 0;
});

/** The same with the server of gRPC for JavaScript: it checks the bytes as ours does. */
function startGrpcJs(): Promise<string> {
  const server = new grpc.Server({ 'grpc.max_receive_message_length': MAX_BYTES });
  const same = (bytes: Buffer): Buffer => bytes;
  const method = {
    path: EXPORT_PATHS.logs,
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
  const answer = Buffer.alloc(0);
  server.addService(
    { Export: method },
    {
      Export: ({ request }: { request: Buffer }, done: (error: null, answer: Buffer) => void) => {
        scanProtobuf(REQUEST.logs, request);
        calls++;
        queueMicrotask(() => done(null, answer));
      },
    },
  );
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(`http://127.0.0.1:${port}`) : reject(error),
    );
  });
}
