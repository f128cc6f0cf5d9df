import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Build, Service } from './service.ts';

const VERSION = '4.0.0';

/** Kafka with its command line tools, as the jars that Maven Central has; it wants Java 17 or newer to run. */
export const kafka: Service = { name: 'kafka', version: VERSION, tools: ['mvn', 'java'], build };

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>otel-events</groupId>
  <artifactId>kafka</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>${VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;

/** Runs a class of Kafka's in its own place, so that a signal to it reaches Java. */
const SCRIPT = `#!/bin/sh
exec java -Xmx384m -XX:+UseSerialGC -cp "$(dirname "$0")/jars/*" "$@"
`;

async function build({ workDir, outDir, step }: Build): Promise<void> {
  await writeFile(path.join(workDir, 'pom.xml'), POM);
  const jars = `-DoutputDirectory=${path.join(outDir, 'jars')}`;
  await step({
    title: 'download the jars',
    command: 'mvn',
    args: ['--quiet', '--batch-mode', 'dependency:copy-dependencies', '-DincludeScope=runtime', jars],
    cwd: workDir,
  });
  const file = path.join(outDir, 'kafka');
  await writeFile(file, SCRIPT);
  await chmod(file, 0o755);
}
