select
    days.date_day,
    days.ad_account_id,
    accounts.ad_account_name,
    accounts.country,
    coalesce(days.currency, accounts.currency) as currency,
    {{ total_delivery() }},
    {{ rates() }}
from {{ ref('stg_pinterest__ad_account_days') }} as days
left join {{ ref('stg_pinterest__ad_accounts') }} as accounts using (ad_account_id)
group by all
