/** A collector with the configuration of its plan; says where it listens, and ends when it is killed or told to. */
import { startCollector } from '../../../src/collector/index.ts';

const { config } = JSON.parse(process.argv[2] ?? '{}') as { config: object };
const collector = await startCollector({ config, write: (line) => console.log(line) });
console.log(`listening ${collector.endpoint}`);
process.once('SIGTERM', () => void collector.stop({ timeoutMs: 500 }));
