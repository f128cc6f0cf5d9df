import { type Dashboard, type Panel, SERVICE } from './dashboard.ts';
import type { Store } from './store.ts';

const OF_APP = 'job="$service"';

const metric = (expr: string, legend?: string): Panel['queries'] => [
  { from: 'prometheus', expr, ...(legend === undefined ? {} : { legend }) },
];
/** Zero instead of nothing: for numbers of which none is the good news. */
const orZero = (expr: string): string => `${expr} or vector(0)`;
const number = (expr: string): Panel['queries'] => [{ from: 'prometheus', expr, instant: true }];

/** Where every event is, from the app to its store: the ledger of the apps, the collector, the store. */
export const health = ({ title: store, refused, cut }: Store): Dashboard => ({
  uid: 'otel-events-health',
  title: 'Delivery',
  description: `The ledger of the app, the collector behind it and what ${store} got: whether anything waits, or is lost.`,
  variables: [SERVICE],
  rows: [
    {
      height: 4,
      panels: [
        {
          title: 'Logged',
          description: 'Events that the app has logged, since its processes began.',
          type: 'stat',
          width: 5,
          queries: number(`sum(otel_sdk_log_created_total{${OF_APP}})`),
        },
        {
          title: 'Delivered',
          description: 'Confirmed by a destination; an event with two of them counts twice.',
          type: 'stat',
          width: 5,
          queries: number(`sum(otel_sdk_exporter_log_exported_total{${OF_APP}, error_type=""})`),
        },
        {
          title: 'Waiting',
          description: 'In the spool or on their way.',
          type: 'stat',
          width: 5,
          queries: number(
            `sum(otel_sdk_processor_log_queue_size{${OF_APP}}) + sum(otel_sdk_exporter_log_inflight{${OF_APP}})`,
          ),
        },
        {
          title: 'Lost or refused',
          description:
            'In the app, for any reason: a full spool, a schema that does not fit, a destination that refuses for good.',
          type: 'stat',
          width: 5,
          alarmFrom: 1,
          queries: number(
            `(${orZero(`sum(otel_sdk_processor_log_processed_total{${OF_APP}, error_type!=""})`)}) + (${orZero(`sum(otel_sdk_exporter_log_exported_total{${OF_APP}, error_type!=""})`)})`,
          ),
        },
        {
          title: 'Lost behind the collector',
          description: `Records that one of its exporters gave up, and what ${store} did not take.`,
          type: 'stat',
          width: 4,
          alarmFrom: 1,
          queries: number(
            `(${orZero('sum(otelcol_exporter_send_failed_log_records)')}) + (${orZero('sum(otelcol_exporter_enqueue_failed_log_records)')}) + (${orZero(`sum(${refused})`)})`,
          ),
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          title: 'Events of the app, a second',
          description: 'Logged, and delivered by each sink.',
          type: 'timeseries',
          width: 12,
          unit: 'eps',
          queries: [
            ...metric(`sum(rate(otel_sdk_log_created_total{${OF_APP}}[$__rate_interval]))`, 'logged'),
            ...metric(
              `sum by (otel_component_name) (rate(otel_sdk_exporter_log_exported_total{${OF_APP}, error_type=""}[$__rate_interval]))`,
              '{{otel_component_name}}',
            ),
          ],
        },
        {
          title: 'Lost or refused, by reason',
          description:
            'Since the processes began. The reasons are those of stats(): the ledger of the logger.',
          type: 'timeseries',
          width: 12,
          queries: [
            ...metric(
              orZero(
                `sum by (error_type) (otel_sdk_processor_log_processed_total{${OF_APP}, error_type!=""})`,
              ),
              'in the app: {{error_type}}',
            ),
            ...metric(
              orZero(`sum by (error_type) (otel_sdk_exporter_log_exported_total{${OF_APP}, error_type!=""})`),
              'by the destination: {{error_type}}',
            ),
          ],
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          title: 'Into the collector, a second',
          description: 'Log records that it took, and those it told senders to keep.',
          type: 'timeseries',
          width: 8,
          unit: 'eps',
          queries: [
            ...metric('sum(rate(otelcol_receiver_accepted_log_records[$__rate_interval]))', 'taken'),
            ...metric(
              orZero('sum(rate(otelcol_receiver_refused_log_records[$__rate_interval]))'),
              'told to wait',
            ),
          ],
        },
        {
          title: 'Out of the collector, a second',
          description: 'Log records and spans, by exporter.',
          type: 'timeseries',
          width: 8,
          unit: 'eps',
          queries: [
            ...metric(
              'sum by (exporter) (rate(otelcol_exporter_sent_log_records[$__rate_interval]))',
              '{{exporter}}',
            ),
            ...metric(
              'sum by (exporter) (rate(otelcol_exporter_sent_spans[$__rate_interval]))',
              '{{exporter}} (spans)',
            ),
          ],
        },
        {
          title: 'Queues on disk',
          description: `What waits for ${store}, Jaeger or the forward. Full at 1 GB: then senders are told to wait.`,
          type: 'timeseries',
          width: 8,
          unit: 'bytes',
          queries: metric('sum by (exporter) (otelcol_exporter_queue_size)', '{{exporter}}'),
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          title: `Changed for ${store}`,
          description: `Events that stand in ${store} ${cut.reasons}. The files have all of them as they came.`,
          type: 'timeseries',
          width: 8,
          queries: metric(orZero(`sum by (${cut.label}) (${cut.metric})`), `{{${cut.label}}}`),
        },
        {
          title: `Refused by ${store}`,
          description: `By reason, as ${store} counts them. Nothing should be here.`,
          type: 'timeseries',
          width: 8,
          queries: metric(orZero(refused), '{{reason}}'),
        },
        {
          title: 'Memory of the collector',
          description: 'Resident. At 400 MiB senders are told to wait.',
          type: 'timeseries',
          width: 8,
          unit: 'bytes',
          queries: metric('otelcol_process_memory_rss', 'resident'),
        },
      ],
    },
    {
      height: 6,
      panels: [
        {
          title: 'Who can be asked',
          description: `1 is up: the collector itself, what the apps send, ${store}.`,
          type: 'timeseries',
          width: 12,
          queries: metric('min by (job) (up)', '{{job}}'),
        },
        {
          title: 'Events by name, since the collector began',
          description: 'As they came in, whatever time they bear.',
          type: 'bargauge',
          width: 12,
          queries: metric(`sum by (event_name) (otel_events_received_total{${OF_APP}})`, '{{event_name}}'),
        },
      ],
    },
  ],
});
