select
    cast(campaign_id as varchar) as campaign_id,
    cast(ad_account_id as varchar) as ad_account_id,
    cast(date as date) as date_day,
    currency,
    {{ delivery() }}
from {{ source('pinterest', 'campaign_analytics') }}
