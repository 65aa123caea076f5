select
    cast(id as varchar) as campaign_id,
    cast(ad_account_id as varchar) as ad_account_id,
    name as campaign_name,
    status as campaign_status,
    objective_type as campaign_objective,
    to_timestamp(start_time) as starts_at,
    to_timestamp(end_time) as ends_at
from {{ source('pinterest', 'campaigns') }}
