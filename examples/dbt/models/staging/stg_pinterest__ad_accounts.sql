select
    cast(id as varchar) as ad_account_id,
    name as ad_account_name,
    currency,
    country,
    time_zone
from {{ source('pinterest', 'ad_accounts') }}
