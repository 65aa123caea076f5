select
    cast(id as varchar) as pin_id,
    cast(board_id as varchar) as board_id,
    title as pin_title,
    link as landing_url,
    creative_type
from {{ source('pinterest', 'pins') }}
