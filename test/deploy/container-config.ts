import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { KubernetesObject } from './kubernetes-objects.ts';

/** What a container would start its collector with, on this machine. */
export interface ContainerConfig {
  /** The files that its args name, out of the ConfigMaps that it mounts. */
  readonly configs: readonly string[];
  /** Its variables; files go below `dir`. */
  readonly env: Readonly<Record<string, string>>;
  readonly dir: string;
}

/** @param name - of a DaemonSet, Deployment or StatefulSet. @param parent - gets a directory of that name */
export function containerConfig(
  objects: readonly KubernetesObject[],
  name: string,
  parent: string,
): ContainerConfig {
  const pod = objects.find(({ metadata, spec }) => metadata.name === name && spec?.template !== undefined)
    ?.spec?.template?.spec;
  const [container] = pod?.containers ?? [];
  assert.ok(pod !== undefined && container !== undefined, `${name} has no container`);
  const dir = path.join(parent, name);
  mkdirSync(dir);
  const dataOf = (map: string | undefined): Readonly<Record<string, string>> =>
    objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === map)?.data ?? {};

  const configs = (container.args ?? []).map((arg) => {
    const place = arg.replace(/^--config=/, '');
    const mount = container.volumeMounts.find(({ mountPath }) => mountPath === path.posix.dirname(place));
    const volume = pod.volumes.find((each) => each.name === mount?.name);
    const text = dataOf(volume?.configMap?.name)[path.posix.basename(place)];
    assert.ok(text !== undefined, `${name} has no ${place}`);
    const file = path.join(dir, path.posix.basename(place));
    writeFileSync(file, text);
    return file;
  });
  const places = (container.envFrom ?? []).flatMap(({ configMapRef }) =>
    Object.entries(dataOf(configMapRef?.name)),
  );
  const own = (container.env ?? []).map((each) => [each.name, each.value]);
  return { configs, env: { ...Object.fromEntries([...places, ...own]), OTEL_EVENTS_DIR: dir }, dir };
}
