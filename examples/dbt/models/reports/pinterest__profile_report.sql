select
    date_day,
    data_status,
    {{ metric('IMPRESSION') }} as impressions,
    {{ metric('ENGAGEMENT') }} as engagements,
    {{ metric('PIN_CLICK') }} as pin_clicks,
    {{ metric('OUTBOUND_CLICK') }} as outbound_clicks,
    {{ metric('SAVE') }} as saves,
    {{ metric('VIDEO_MRC_VIEW') }} as video_views
from {{ ref('stg_pinterest__profile_days') }}
group by all
