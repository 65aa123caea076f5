-- Ads without a URL of their own lead to that of their Pin; they are the rows in which the URL is null.
select
    days.date_day,
    days.ad_account_id,
    accounts.ad_account_name,
    ads.landing_url,
    ads.url_host,
    ads.url_path,
    ads.utm_source,
    ads.utm_medium,
    ads.utm_campaign,
    ads.utm_content,
    ads.utm_term,
    coalesce(days.currency, accounts.currency) as currency,
    {{ total_delivery() }},
    {{ rates() }}
from {{ ref('stg_pinterest__ad_days') }} as days
left join {{ ref('stg_pinterest__ads') }} as ads using (ad_id)
left join {{ ref('stg_pinterest__ad_accounts') }} as accounts on accounts.ad_account_id = days.ad_account_id
group by all
