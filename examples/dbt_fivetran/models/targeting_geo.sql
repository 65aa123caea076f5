select {{ text('id') }} as country_id, name as country_name, {{ synced('options') }} as _fivetran_synced
from {{ source('pinterest', 'targeting_options') }} as options
where targeting_type = 'COUNTRY'
