/** A Python environment with pinned packages. */
export interface Environment {
  readonly name: string;
  /** What is asked for, and what has a say in the payloads. */
  readonly packages: readonly string[];
}

/** One original: its program reads the inputs of a fixture file and writes what the original made of them. */
export interface Original {
  /** The fixture file, without `.json`. */
  readonly fixture: string;
  readonly program: string;
  readonly environment: Environment;
}

/** The latest of those that agree with each other. */
export const LATEST: Environment = {
  name: 'latest',
  packages: [
    'jupyter-telemetry==0.1.0',
    'event-tracking==4.0.2',
    'trubrics==1.8.5',
    'jsonschema==4.26.0',
    'python-json-logger==4.2.0',
    'pytz==2026.6',
    'requests==2.34.2',
    'ruamel.yaml==0.19.1',
    'traitlets==5.16.1',
  ],
};

/** It wants other versions than jupyter-telemetry. */
export const JUPYTER_EVENTS: Environment = {
  name: 'jupyter-events',
  packages: [
    'jupyter-events==0.12.1',
    'jsonschema==4.26.0',
    'python-json-logger==4.2.0',
    'traitlets==5.16.1',
  ],
};

/** The last version whose `track_llm` sends a prompt and a generation; later ones send one record. */
export const TWO_EVENTS: Environment = {
  name: 'trubrics-two-events',
  packages: ['trubrics==1.8.2', 'requests==2.34.2'],
};

export const ORIGINALS: readonly Original[] = [
  { fixture: 'event-tracking', program: 'event_tracking.py', environment: LATEST },
  { fixture: 'segment', program: 'event_tracking.py', environment: LATEST },
  { fixture: 'trubrics', program: 'trubrics_client.py', environment: LATEST },
  { fixture: 'trubrics-two-events', program: 'trubrics_client.py', environment: TWO_EVENTS },
  { fixture: 'jupyter-telemetry', program: 'jupyter_telemetry_log.py', environment: LATEST },
  { fixture: 'jupyter-events', program: 'jupyter_events_log.py', environment: JUPYTER_EVENTS },
];
