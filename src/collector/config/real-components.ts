// Made by scripts/real-components.ts from the manifests of the OpenTelemetry Collector's releases. Do not edit.

/** The components of the OpenTelemetry Collector 0.155 (contrib), their names without `_`. */
export const REAL_COMPONENTS = {
  receivers: `activedirectoryds aerospike apache apachespark awscloudwatch awscontainerinsightreceiver
    awsecscontainermetrics awsfirehose awslambda awss3 awsxray azureblob azureeventhub azuremonitor
    carbon chrony ciscoos cloudflare cloudfoundry collectd couchdb datadog dockerstats elasticsearch
    envoyals expvar faro filelog filestats flinkmetrics fluentforward github gitlab googlecloudmonitoring
    googlecloudpubsub googlecloudspanner haproxy hostmetrics httpcheck iis influxdb jaeger journald
    k8scluster k8sevents k8sobjects kafka kafkametrics kubeletstats libhoney loki macosunifiedlogging
    memcached mongodb mongodbatlas mysql namedpipe netflow nginx nop nsxt ntp oracledb otelarrow otlp
    otlpjsonfile podmanstats postgresql pprof prometheus prometheusremotewrite prometheussimple pulsar
    purefa purefb rabbitmq receivercreator redis riak saphana signalfx skywalking snmp snowflake solace
    splunkenterprise splunkhec sqlquery sqlserver sshcheck statsd stef syslog systemd tcpcheck tcplog
    tlscheck udplog vcenter wavefront webhookevent windowseventlog windowsperfcounters windowsservice
    yanggrpc zipkin zookeeper`,
  processors: `attributes batch coralogix cumulativetodelta deltatocumulative deltatorate drain filter
    genainormalizer geoip groupbyattrs groupbytrace interval isolationforest k8sattributes logdedup
    memorylimiter metricsgeneration metricstarttime metricstransform probabilisticsampler redaction
    remotetap resource resourcedetection schema span sumologic tailsampling transform unroll`,
  exporters: `alibabacloudlogservice awscloudwatchlogs awsemf awskinesis awss3 awsxray azureblob azuredataexplorer
    azuremonitor bmchelix cassandra clickhouse coralogix datadog dataset debug doris elasticsearch faro
    file googlecloud googlecloudpubsub googlecloudstorage googlemanagedprometheus honeycombmarker
    influxdb kafka loadbalancing logicmonitor logzio mezmo nop opensearch otelarrow otlp otlphttp
    prometheus prometheusremotewrite pulsar rabbitmq sentry signalfx splunkhec stef sumologic syslog
    tencentcloudlogservice tinybird zipkin`,
  connectors: `count datadog exceptions failover forward grafanacloud otlpjson roundrobin routing servicegraph
    signaltometrics spanmetrics sum`,
  extensions: `ack asapclient awscloudwatchmetricstreamsencoding awslogsencoding awsproxy azureauth azureencoding
    basicauth bearertokenauth cgroupruntime datadog dbstorage dockerobserver ecsobserver filestorage
    googleclientauth googlecloudlogentryencoding headerssetter healthcheck hostobserver httpforwarder
    jaegerencoding jaegerremotesampling jsonlogencoding k8sleaderelector k8sobserver kafkatopicsobserver
    oauth2client oidc opamp otlpencoding pebbletailstorage pprof redisstorage sigv4auth
    skywalkingencoding sumologic textencoding zipkinencoding zpages`,
} as const;

/** What it once had, and the last release with it. */
export const ENDED_COMPONENTS = {
  receivers: `bigip:0.145 dotnetdiagnostics:0.74 file:0.94 jmx:0.153 opencensus:0.131 prometheusexec:0.53
    sapm:0.132`,
  processors: `datadog:0.93 remoteobserver:0.88 routing:0.119 servicegraph:0.93 spanmetrics:0.95`,
  exporters: `awsprometheusremotewrite:0.56 carbon:0.140 dynatrace:0.98 elastic:0.56 f5cloud:0.95 honeycomb:0.56
    humio:0.70 instana:0.109 jaeger:0.84 jaegerthrift:0.84 logging:0.110 loki:0.130 newrelic:0.50
    opencensus:0.131 parquet:0.86 sapm:0.146 skywalking:0.104 stackdriver:0.49 tanzuobservability:0.91`,
  connectors: ``,
  extensions: `ecstaskobserver:0.138 fluentbit:0.53 memoryballast:0.107`,
} as const;
