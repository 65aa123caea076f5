select
    {{ text('report.ad_group_id') }} as ad_group_id,
    ad_groups.name as ad_group_name,
    {{ text('report.ad_group_entity_status') }} as ad_group_status,
    {{ whole('report.campaign_id') }} as campaign_id,
    {{ report('ad_group_report') }}
from {{ source('pinterest', 'ad_group_report') }} as report
left join {{ source('pinterest', 'ad_groups') }} as ad_groups on ad_groups.id = report.ad_group_id
