select
    days.date_day,
    days.pin_id,
    pins.pin_title,
    pins.board_id,
    pins.landing_url,
    days.data_status,
    {{ metric('IMPRESSION') }} as impressions,
    {{ metric('PIN_CLICK') }} as pin_clicks,
    {{ metric('OUTBOUND_CLICK') }} as outbound_clicks,
    {{ metric('SAVE') }} as saves
from {{ ref('stg_pinterest__pin_days') }} as days
left join {{ ref('stg_pinterest__pins') }} as pins using (pin_id)
group by all
