select
    days.date_day,
    days.ad_account_id,
    accounts.ad_account_name,
    ads.campaign_id,
    campaigns.campaign_name,
    ads.ad_group_id,
    ad_groups.ad_group_name,
    days.ad_id,
    ads.ad_name,
    ads.ad_status,
    ads.creative_type,
    ads.pin_id,
    coalesce(days.currency, accounts.currency) as currency,
    {{ total_delivery() }},
    {{ rates() }}
from {{ ref('stg_pinterest__ad_days') }} as days
left join {{ ref('stg_pinterest__ads') }} as ads using (ad_id)
left join {{ ref('stg_pinterest__ad_groups') }} as ad_groups on ad_groups.ad_group_id = ads.ad_group_id
left join {{ ref('stg_pinterest__campaigns') }} as campaigns on campaigns.campaign_id = ads.campaign_id
left join {{ ref('stg_pinterest__ad_accounts') }} as accounts on accounts.ad_account_id = days.ad_account_id
group by all
