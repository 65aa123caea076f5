select
    cast(pin_id as varchar) as pin_id,
    cast(ad_account_id as varchar) as ad_account_id,
    title as pin_title,
    link as landing_url,
    creative_type,
    coalesce(image_url, video_cover_url) as picture_url,
    is_readable as is_pin_readable
from {{ source('pinterest', 'ad_pins') }}
