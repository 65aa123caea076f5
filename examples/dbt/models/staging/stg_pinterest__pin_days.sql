-- A row for each metric of each pin and day. A day has none until Pinterest has its numbers.
select
    cast(days.pin_id as varchar) as pin_id,
    cast(days.date as date) as date_day,
    days.data_status,
    metrics.key as metric,
    cast(metrics.value as double) as value
from {{ source('pinterest', 'pin_analytics') }} as days,
    json_each(cast(days.metrics as json)) as metrics
