-- Checkouts, how many of them failed, and what was paid. The counts come from `hours`, which has them ready.
-- --param_from='2026-11-30 00:00:00' --param_to='2026-12-01 00:00:00'
WITH paid AS
(
    SELECT
        toStartOfHour(Timestamp) AS Hour,
        sum(toFloat64OrZero(LogAttributes['total'])) AS Total
    FROM otel_events.unique_events
    WHERE EventName = 'order.paid' AND Timestamp >= {from:DateTime64(9)} AND Timestamp < {to:DateTime64(9)}
    GROUP BY Hour
)
SELECT
    hours.Hour AS Hour,
    hours.Events AS Checkouts,
    hours.Failed AS Failed,
    round(paid.Total, 2) AS Paid
FROM otel_events.hours AS hours
LEFT JOIN paid ON paid.Hour = toDateTime(hours.Hour)
WHERE hours.EventName = 'checkout' AND hours.Hour >= {from:DateTime64(9)} AND hours.Hour < {to:DateTime64(9)}
ORDER BY Hour;
