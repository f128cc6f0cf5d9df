/** `npm run services -- NAME...`: builds the real services that tests run against, all of them by default. */
import { binaryOf } from './cache-entry.ts';
import { installService } from './install-service.ts';
import { isOnPath } from './is-on-path.ts';
import type { Service } from './service.ts';
import { services } from './services.ts';

process.exitCode = await install(process.argv.slice(2));

/** @returns the exit code: 0 when all are there, 1 when a build failed, 2 when it could not start */
async function install(names: readonly string[]): Promise<number> {
  const known: Readonly<Record<string, Service>> = services;
  const asked = names.length === 0 ? Object.keys(known) : names;
  const unknown = asked.filter((name) => !Object.hasOwn(known, name));
  if (unknown.length > 0) {
    return refuse(`unknown: ${unknown.join(', ')}; known: ${Object.keys(known).join(', ')}`);
  }

  const chosen = asked.flatMap((name) => known[name] ?? []);
  const missing = chosen
    .filter((service) => binaryOf(service) === undefined)
    .flatMap(({ tools }) => tools.filter((tool) => !isOnPath(tool)));
  if (missing.length > 0) {
    const tools = [...new Set(missing)].join(', ');
    return refuse(
      `${tools} not found on PATH; services are built from source with Go 1.25 or newer, Kafka comes with Maven and wants Java 17`,
    );
  }
  for (const service of chosen) {
    try {
      console.log(`  ${await installService(service, (piece) => process.stdout.write(piece))}`);
    } catch (error) {
      console.error(`services: ${error instanceof Error ? error.message : error}`);
      return 1;
    }
  }
  return 0;
}

function refuse(why: string): number {
  console.error(`services: ${why}`);
  return 2;
}
