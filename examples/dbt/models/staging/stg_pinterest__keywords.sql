-- Words that ad groups bid on. Negative keywords shut ads out, so that they have no numbers.
select
    cast(id as varchar) as keyword_id,
    cast(parent_id as varchar) as ad_group_id,
    cast(ad_account_id as varchar) as ad_account_id,
    value as keyword,
    match_type,
    archived as is_archived
from {{ source('pinterest', 'keywords') }}
where parent_type = 'adgroup' and match_type not like '%NEGATIVE'
