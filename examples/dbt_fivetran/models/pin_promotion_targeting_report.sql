select
    {{ text('report.pin_promotion_id') }} as pin_promotion_id,
    {{ text('report.ad_group_id') }} as ad_group_id,
    {{ text('report.campaign_id') }} as campaign_id,
    report.targeting_type as targeting_type,
    {{ text('report.targeting_value') }} as targeting_value,
    {{ report('pin_promotion_targeting_report', dbt.type_numeric()) }}
from {{ source('pinterest', 'pin_promotion_targeting_report') }} as report
