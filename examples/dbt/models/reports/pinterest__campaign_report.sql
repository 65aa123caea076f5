select
    days.date_day,
    days.ad_account_id,
    accounts.ad_account_name,
    days.campaign_id,
    campaigns.campaign_name,
    campaigns.campaign_status,
    campaigns.campaign_objective,
    coalesce(days.currency, accounts.currency) as currency,
    {{ total_delivery() }},
    {{ rates() }}
from {{ ref('stg_pinterest__campaign_days') }} as days
left join {{ ref('stg_pinterest__campaigns') }} as campaigns using (campaign_id)
left join {{ ref('stg_pinterest__ad_accounts') }} as accounts on accounts.ad_account_id = days.ad_account_id
group by all
