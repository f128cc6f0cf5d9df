import { installProgram } from './install-program.ts';
import type { Service } from './service.ts';

const VERSION = '5.8.1';

/** What makes Kubernetes objects of the files in `deploy/kubernetes`, as `kubectl apply -k` does. */
export const kustomize: Service = {
  name: 'kustomize',
  version: VERSION,
  tools: ['go'],
  build: (build) => installProgram(build, `sigs.k8s.io/kustomize/kustomize/v5@v${VERSION}`),
};
