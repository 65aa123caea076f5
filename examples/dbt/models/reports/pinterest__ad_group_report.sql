select
    days.date_day,
    days.ad_account_id,
    accounts.ad_account_name,
    ad_groups.campaign_id,
    campaigns.campaign_name,
    days.ad_group_id,
    ad_groups.ad_group_name,
    ad_groups.ad_group_status,
    coalesce(days.currency, accounts.currency) as currency,
    {{ total_delivery() }},
    {{ rates() }}
from {{ ref('stg_pinterest__ad_group_days') }} as days
left join {{ ref('stg_pinterest__ad_groups') }} as ad_groups using (ad_group_id)
left join {{ ref('stg_pinterest__campaigns') }} as campaigns on campaigns.campaign_id = ad_groups.campaign_id
left join {{ ref('stg_pinterest__ad_accounts') }} as accounts on accounts.ad_account_id = days.ad_account_id
group by all
