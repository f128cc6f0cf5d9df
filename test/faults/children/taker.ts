/**
 * Takes requests as a collector, over HTTP or gRPC, with pipelines or without, or through the events API until it is ended, and
 * says where; on a line of standard input it says how much memory it has taken at most since it began, and at most in all.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GrpcReceiver } from '../../../src/collector/grpc/grpc-receiver.ts';
import { Intake } from '../../../src/collector/intake.ts';
import { Receiver } from '../../../src/collector/receiver.ts';
import { eventsApi } from '../../../src/middleware/node.ts';
import { testLogger } from '../../../src/testing.ts';
import type { TakerPlan } from '../start-taker.ts';
import { startPipeline } from './start-pipeline.ts';

const { kind, maxBodyBytes, directory = '' } = JSON.parse(process.argv[2] ?? '') as TakerPlan;

const url = await {
  collector: startReceiver,
  grpc: startGrpcReceiver,
  'events-api': startEventsApi,
  pipeline: () => startPipeline('http', maxBodyBytes, directory),
  'grpc-pipeline': () => startPipeline('grpc', maxBodyBytes, directory),
}[kind]();
const before = process.memoryUsage().rss;
let most = before;
setInterval(() => {
  most = Math.max(most, process.memoryUsage().rss);
}, 5);
process.stdin.on('data', () => process.stdout.write(`${most - before} ${most}\n`));
process.stdout.write(`${url}\n`);

function startReceiver(): Promise<string> {
  const consume = async (): Promise<void> => {};
  return new Receiver({
    address: { host: 'localhost', port: 0 },
    maxBodyBytes,
    intake: new Intake({ consume: { logs: consume }, maxHeldBytes: 8 * maxBodyBytes }),
  }).start();
}

function startGrpcReceiver(): Promise<string> {
  const consume = async (): Promise<void> => {};
  return new GrpcReceiver({
    address: { host: 'localhost', port: 0 },
    maxMessageBytes: maxBodyBytes,
    intake: new Intake({ consume: { logs: consume }, maxHeldBytes: 8 * maxBodyBytes }),
  }).start();
}

async function startEventsApi(): Promise<string> {
  const server = createServer(eventsApi({ events: testLogger(), maxBodyBytes, rate: false }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
