select
    cast(ad_group_id as varchar) as ad_group_id,
    cast(ad_account_id as varchar) as ad_account_id,
    cast(date as date) as date_day,
    currency,
    {{ delivery() }}
from {{ source('pinterest', 'ad_group_analytics') }}
