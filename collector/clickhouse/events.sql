-- The analysts' store: every event in ClickHouse, once. `clickhouse-client --multiquery < events.sql` makes it; it can be
-- run again. docs/clickhouse.md says what it is for; a test runs it, with the queries beside it, on the real engine.

CREATE DATABASE IF NOT EXISTS otel_events;

-- The columns of the collector's exporter, which it would make itself (`otel_logs`), and some of our own that are worked out
-- of these. It may deliver an event twice, as everything before it may: copies have the same name, time and id, lie beside
-- each other, and become one when ClickHouse merges. Until then `FINAL`, which the view below has, reads one of them.
CREATE TABLE IF NOT EXISTS otel_events.events
(
    Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    TraceFlags UInt8,
    SeverityText LowCardinality(String) CODEC(ZSTD(1)),
    SeverityNumber UInt8,
    ServiceName LowCardinality(String) CODEC(ZSTD(1)),
    Body String CODEC(ZSTD(1)),
    ResourceSchemaUrl LowCardinality(String) CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeSchemaUrl LowCardinality(String) CODEC(ZSTD(1)),
    ScopeName String CODEC(ZSTD(1)),
    ScopeVersion LowCardinality(String) CODEC(ZSTD(1)),
    ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    LogAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    EventName String CODEC(ZSTD(1)),

    -- A record without an id is not of otel-events. Nothing tells a copy of it: it gets an id of its own, and stays.
    RecordUid String MATERIALIZED if(LogAttributes['log.record.uid'] != '', LogAttributes['log.record.uid'], toString(generateUUIDv4())) CODEC(ZSTD(1)),
    UserId String MATERIALIZED LogAttributes['user.id'] CODEC(ZSTD(1)),
    SessionId String MATERIALIZED LogAttributes['session.id'] CODEC(ZSTD(1)),

    INDEX by_user UserId TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_session SessionId TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_trace TraceId TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplacingMergeTree
-- By month, not by day: an insert may touch 100 partitions, and what waited in a queue is of many days.
PARTITION BY toYYYYMM(Timestamp)
ORDER BY (ServiceName, EventName, Timestamp, RecordUid);

-- What queries read: each event once.
CREATE VIEW IF NOT EXISTS otel_events.unique_events AS
SELECT
    *,
    RecordUid,
    UserId,
    SessionId
FROM otel_events.events FINAL;

-- Counts by name and hour, kept up to date as events come. It sees copies, so it keeps the ids that it has counted, 16 bytes
-- each; of users and sessions an estimate is enough.
CREATE TABLE IF NOT EXISTS otel_events.events_by_hour
(
    -- Not DateTime, which ends in 2106 and begins anew.
    Hour DateTime64(0),
    ServiceName LowCardinality(String),
    EventName String,
    Ids AggregateFunction(uniqExact, String),
    FailedIds AggregateFunction(uniqExactIf, String, UInt8),
    Users AggregateFunction(uniqIf, String, UInt8),
    Sessions AggregateFunction(uniqIf, String, UInt8)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(Hour)
ORDER BY (ServiceName, EventName, Hour);

CREATE MATERIALIZED VIEW IF NOT EXISTS otel_events.count_by_hour TO otel_events.events_by_hour AS
SELECT
    toDateTime64(toUnixTimestamp64Second(Timestamp) - positiveModulo(toUnixTimestamp64Second(Timestamp), 3600), 0) AS Hour,
    ServiceName,
    EventName,
    uniqExactState(RecordUid) AS Ids,
    uniqExactIfState(RecordUid, SeverityNumber >= 17) AS FailedIds,
    uniqIfState(UserId, UserId != '') AS Users,
    uniqIfState(SessionId, SessionId != '') AS Sessions
FROM otel_events.events
GROUP BY Hour, ServiceName, EventName;

-- The same to read: a row for each hour, service and name.
CREATE VIEW IF NOT EXISTS otel_events.hours AS
SELECT
    Hour,
    ServiceName,
    EventName,
    uniqExactMerge(Ids) AS Events,
    uniqExactIfMerge(FailedIds) AS Failed,
    uniqIfMerge(Users) AS Users,
    uniqIfMerge(Sessions) AS Sessions
FROM otel_events.events_by_hour
GROUP BY Hour, ServiceName, EventName;
