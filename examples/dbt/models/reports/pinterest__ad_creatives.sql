-- The last 30 days end with the newest day that any ad has. An ad without a URL of its own leads to that of its Pin.
select
    days.ad_account_id,
    accounts.ad_account_name,
    ads.campaign_id,
    campaigns.campaign_name,
    days.ad_id,
    ads.ad_name,
    ads.ad_status,
    ads.pin_id,
    pins.pin_title,
    pins.is_pin_readable,
    pins.picture_url,
    coalesce(ads.landing_url, pins.landing_url) as landing_url,
    coalesce(days.currency, accounts.currency) as currency,
    {{ total_delivery() }},
    {{ rates() }}
from {{ ref('stg_pinterest__ad_days') }} as days
left join {{ ref('stg_pinterest__ads') }} as ads using (ad_id)
left join {{ ref('stg_pinterest__ad_pins') }} as pins
    on pins.ad_account_id = ads.ad_account_id and pins.pin_id = ads.pin_id
left join {{ ref('stg_pinterest__campaigns') }} as campaigns on campaigns.campaign_id = ads.campaign_id
left join {{ ref('stg_pinterest__ad_accounts') }} as accounts on accounts.ad_account_id = days.ad_account_id
where days.date_day > (select max(date_day) from {{ ref('stg_pinterest__ad_days') }}) - 30
group by all
