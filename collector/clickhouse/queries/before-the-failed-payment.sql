-- What people did before their payment failed: the five events before it, of the same session, the last one last.
-- --param_from='2026-11-30 00:00:00' --param_to='2026-12-01 00:00:00'
WITH failed AS
(
    SELECT RecordUid, SessionId, Timestamp, LogAttributes['exception.message'] AS Reason
    FROM otel_events.unique_events
    WHERE EventName = 'payment' AND SeverityNumber >= 17 AND SessionId != ''
        AND Timestamp >= {from:DateTime64(9)} AND Timestamp < {to:DateTime64(9)}
)
SELECT
    failed.Timestamp AS FailedAt,
    failed.SessionId AS SessionId,
    failed.Reason AS Reason,
    arrayMap(each -> each.3, arraySlice(arraySort(groupArray((events.Timestamp, events.RecordUid, events.EventName))), -5)) AS Before
FROM failed
INNER JOIN otel_events.unique_events AS events ON events.SessionId = failed.SessionId
WHERE events.Timestamp < failed.Timestamp
GROUP BY failed.RecordUid, FailedAt, SessionId, Reason
ORDER BY FailedAt, SessionId;
