-- The code of a region begins with that of its country, as in US-CA.
select
    {{ text(dbt.split_part('id', "'-'", 1)) }} as country_id,
    {{ text('id') }} as region_id,
    name as region_name,
    {{ synced('options') }} as _fivetran_synced
from {{ source('pinterest', 'targeting_options') }} as options
where targeting_type = 'REGION'
