select
    targeting_type,
    cast(id as varchar) as targeting_value,
    name as targeting_value_name,
    level as interest_level,
    cast(parent_id as varchar) as parent_interest
from {{ source('pinterest', 'targeting_options') }}
