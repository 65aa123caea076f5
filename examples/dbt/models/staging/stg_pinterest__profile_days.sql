-- A row for each metric of each day. A day has none until Pinterest has its numbers.
select
    cast(days.date as date) as date_day,
    days.data_status,
    metrics.key as metric,
    cast(metrics.value as double) as value
from {{ source('pinterest', 'user_account_analytics') }} as days,
    json_each(cast(days.metrics as json)) as metrics
