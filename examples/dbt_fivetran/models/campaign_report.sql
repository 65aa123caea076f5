select
    {{ text('report.campaign_id') }} as campaign_id,
    report.campaign_name as campaign_name,
    {{ text('report.campaign_entity_status') }} as campaign_status,
    {{ report('campaign_report') }}
from {{ source('pinterest', 'campaign_analytics_report') }} as report
