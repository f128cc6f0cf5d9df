import type { ExtensionComponent } from '../component.ts';
import { HTTP_SERVER_ELSEWHERE, HTTP_SERVER_KEYS } from '../config/http-server-keys.ts';
import { anything, mapping, optional, type Read } from '../config/shape.ts';
import { listenAddress } from '../config/value-shapes.ts';
import { StatusPage } from '../status-page.ts';

const shape = mapping(
  {
    endpoint: optional(listenAddress, { host: 'localhost', port: 55_679 }),
    // Variables of Go, of which there are none.
    expvar: optional(anything),
  },
  [...Object.keys(HTTP_SERVER_KEYS), ...HTTP_SERVER_ELSEWHERE],
);

/** Pages that show the pipelines and their counts. */
export const zpages: ExtensionComponent<Read<typeof shape>> = {
  type: 'zpages',
  shape,
  create: ({ endpoint: address }, { status }) => new StatusPage({ address, status }),
};
