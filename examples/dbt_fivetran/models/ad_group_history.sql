select
    {{ text('id') }} as id,
    {{ text('campaign_id') }} as campaign_id,
    {{ text('ad_account_id') }} as ad_account_id,
    name,
    status,
    summary_status,
    pacing_delivery_type,
    placement_group,
    {{ moment('created_time') }} as created_time,
    {{ moment('start_time') }} as start_time,
    {{ moment('end_time') }} as end_time,
    {{ synced('ad_groups') }} as _fivetran_synced
from {{ versions('ad_groups') }} as ad_groups
