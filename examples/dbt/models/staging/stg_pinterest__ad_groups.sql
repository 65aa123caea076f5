select
    cast(id as varchar) as ad_group_id,
    cast(campaign_id as varchar) as campaign_id,
    cast(ad_account_id as varchar) as ad_account_id,
    name as ad_group_name,
    status as ad_group_status
from {{ source('pinterest', 'ad_groups') }}
