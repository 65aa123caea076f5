select
    cast(id as varchar) as ad_id,
    cast(ad_group_id as varchar) as ad_group_id,
    cast(campaign_id as varchar) as campaign_id,
    cast(ad_account_id as varchar) as ad_account_id,
    cast(pin_id as varchar) as pin_id,
    name as ad_name,
    status as ad_status,
    creative_type,
    destination_url as landing_url,
    {{ url_host('destination_url') }} as url_host,
    {{ url_path('destination_url') }} as url_path,
    {{ url_parameter('destination_url', 'utm_source') }} as utm_source,
    {{ url_parameter('destination_url', 'utm_medium') }} as utm_medium,
    {{ url_parameter('destination_url', 'utm_campaign') }} as utm_campaign,
    {{ url_parameter('destination_url', 'utm_content') }} as utm_content,
    {{ url_parameter('destination_url', 'utm_term') }} as utm_term
from {{ source('pinterest', 'ads') }}
