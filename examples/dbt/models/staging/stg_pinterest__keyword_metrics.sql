-- Live answers spell the metric in capitals, Pinterest's documentation does not.
select
    cast(ad_account_id as varchar) as ad_account_id,
    keyword,
    country_code,
    coalesce(
        cast(metrics as json) ->> 'KEYWORD_QUERY_VOLUME',
        cast(metrics as json) ->> 'keyword_query_volume'
    ) as search_volume
from {{ source('pinterest', 'keyword_metrics') }}
