import { type AppOptions, appAttributes } from '../delivery/resource/app.ts';
import { containerId } from '../delivery/resource/container-id.ts';
import { deviceAttributes } from '../delivery/resource/device.ts';
import { CONTAINER_ID } from '../otlp/values/event-attributes.ts';

/** Resource attributes as detectors return them; the types of SDK 2.x want lists that can be changed. */
type DetectedAttributes = Record<string, string | number | boolean | string[] | number[] | boolean[]>;

/** A resource detector as `detectResources` and `NodeSDK` of the OpenTelemetry SDK take it. */
export interface EventResourceDetector {
  /** What is known when the SDK starts. Synchronous. */
  detect(): { attributes: DetectedAttributes };
}

/** Puts what the app says of itself on the app's own resource: `service.name`, `app.id` and so on. */
export function appDetector(app: AppOptions): EventResourceDetector {
  return { detect: () => ({ attributes: appAttributes(app) as DetectedAttributes }) };
}

/** Puts what the machine tells of itself on the app's own resource: host, CPU, OS, device model, container. */
export const deviceDetector: EventResourceDetector = { detect: () => detectDevice(false) };

/** The same with `host.id` and `device.id`, which tell one machine from all others: personal data for some. */
export const identifyingDeviceDetector: EventResourceDetector = { detect: () => detectDevice(true) };

function detectDevice(identify: boolean): ReturnType<EventResourceDetector['detect']> {
  const container = containerId();
  const ofContainer = container === undefined ? {} : { [CONTAINER_ID]: container };
  return { attributes: { ...deviceAttributes({ identify }), ...ofContainer } as DetectedAttributes };
}
