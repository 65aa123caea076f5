-- Pinterest may have a row for each ad of the ad group, and may leave ids out, which are empty texts then.
with days as (

    select
        nullif(cast(ad_group_id as varchar), '') as ad_group_id,
        cast(ad_account_id as varchar) as ad_account_id,
        cast(targeting_value as varchar) as keyword,
        cast(date as date) as date_day,
        currency,
        {{ delivery() }}
    from {{ source('pinterest', 'keyword_report') }}

)

select
    ad_group_id,
    ad_account_id,
    keyword,
    date_day,
    currency,
    {{ total_delivery() }}
from days
group by all
