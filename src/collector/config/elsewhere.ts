/**
 * Component types of the OpenTelemetry Collector, core and contrib, that this engine does not have: naming one
 * is no typing error, it asks for the other engine.
 */
export const ELSEWHERE = {
  receivers: `activedirectoryds aerospike apache awscloudwatch awscontainerinsight awsecscontainermetrics
    awsfirehose awslambda awsxray azureblob azureeventhub azuremonitor carbon chrony cloudflare cloudfoundry
    collectd couchdb datadog docker_stats elasticsearch envoyals expvar file filelog file_log filestats
    flinkmetrics fluentforward github googlecloudmonitoring googlecloudpubsub googlecloudspanner haproxy
    hostmetrics host_metrics httpcheck http_check huaweicloudces iis influxdb jaeger jmx journald k8s_cluster
    k8s_events k8sobjects k8slog kafka kafkametrics kubeletstats libhoney loki memcached mongodb
    mongodbatlas mysql namedpipe netflow nginx nop nsxt ntp opencensus oracledb osquery otlpjsonfile otelarrow
    podman_stats postgresql pprof prometheus prometheusremotewrite pulsar purefa purefb rabbitmq
    receiver_creator redfish redis riak saphana signalfx simpleprometheus skywalking snmp snowflake solace
    splunk_hec splunkenterprise sqlquery sqlserver sshcheck statsd stef syslog systemd tcpcheck tcplog tlscheck
    udplog vcenter wavefront webhookevent windowsperfcounters windowseventlog yanggrpc zipkin zookeeper`,
  processors: `attributes batch cumulativetodelta datadogsemantics deltatocumulative deltatorate dnslookup filter
    geoip groupbyattrs groupbytrace interval isolationforest k8sattributes k8s_attributes logdedup logstransform
    log_dedup lookup memory_limiter metricsgeneration metricstarttime metricstransform probabilistic_sampler
    redaction remotetap resource resourcedetection resource_detection routing schema span spanpruning sumologic
    tail_sampling transform unroll`,
  exporters: `alertmanager alibabacloud_logservice awscloudwatchlogs awsemf awskinesis awss3 awsxray
    azureblob azuredataexplorer azuremonitor bmchelix carbon cassandra clickhouse coralogix datadog
    dataset doris elasticsearch faro googlecloud googlecloudpubsub googlecloudstorage
    googlemanagedprometheus honeycombmarker influxdb kafka kinetica loadbalancing load_balancing logicmonitor
    logzio mezmo mongodb opencensus opensearch otelarrow prometheus
    prometheusremotewrite pulsar rabbitmq sapm sematext sentry signalfx splunk_hec stef sumologic syslog
    tencentcloud_logservice tinybird wavefront zipkin`,
  connectors: `count datadog exceptions failover forward grafanacloud metricsaslogs otlpjson roundrobin
    round_robin routing servicegraph service_graph signaltometrics signal_to_metrics slowsql spanmetrics
    span_metrics sum`,
  extensions: `ack asapclient avro_log_encoding aws_logs_encoding aws_proxy awsproxy azure_auth azure_encoding
    cfgardenobserver cgroupruntime db_storage
    docker_observer ecs_observer ecs_task_observer encoding googleclientauth
    googlecloudlogentry_encoding headers_setter host_observer http_forwarder jaegerencoding jaegerremotesampling
    jsonlogencoding json_log_encoding k8s_leader_elector k8s_observer kafkatopics_observer memory_limiter oauth2client
    oidc opamp otlp_encoding redis_storage remotetap sigv4auth skywalking_encoding solarwindsapmsettings
    sumologic text_encoding zipkin_encoding`,
} as const;

/** What stands for exporters that the OpenTelemetry Collector itself has no more. */
const REPLACED: ReadonlyMap<string, string> = new Map([
  [
    'exporters/jaeger',
    'the OpenTelemetry Collector has this no more either, since Jaeger takes OTLP: otlp_grpc: { endpoint: "HOST:4317", tls: { insecure: true } }',
  ],
  [
    'exporters/loki',
    'the OpenTelemetry Collector has this no more either, since Loki takes OTLP: otlp_http: { endpoint: "http://HOST:3100/otlp" }',
  ],
]);

/** Whether the OpenTelemetry Collector has a component of this type, by its name of today or by the one before: those differ in `_`. */
export function isElsewhere(section: keyof typeof ELSEWHERE, type: string): boolean {
  const bare = withoutLines(type);
  return ELSEWHERE[section].split(/\s+/).some((name) => withoutLines(name) === bare);
}

/** What to write instead of a component that nobody has any more. */
export function replacementOf(section: keyof typeof ELSEWHERE, type: string): string | undefined {
  return REPLACED.get(`${section}/${type}`);
}

function withoutLines(name: string): string {
  return name.replaceAll('_', '');
}
