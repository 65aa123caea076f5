-- Pinterest counts by the text of a keyword, whatever the match types with which the ad group bids on it.
with match_types as (

    select
        ad_group_id,
        keyword,
        string_agg(distinct match_type, ', ' order by match_type) as match_types
    from {{ ref('stg_pinterest__keywords') }}
    group by all

)

select
    days.date_day,
    days.ad_account_id,
    accounts.ad_account_name,
    ad_groups.campaign_id,
    campaigns.campaign_name,
    days.ad_group_id,
    ad_groups.ad_group_name,
    days.keyword,
    match_types.match_types,
    searches.search_volume,
    coalesce(days.currency, accounts.currency) as currency,
    {{ total_delivery() }},
    {{ rates() }}
from {{ ref('stg_pinterest__keyword_days') }} as days
left join match_types on match_types.ad_group_id = days.ad_group_id and match_types.keyword = days.keyword
left join {{ ref('stg_pinterest__keyword_metrics') }} as searches
    on searches.ad_account_id = days.ad_account_id and searches.keyword = days.keyword
left join {{ ref('stg_pinterest__ad_groups') }} as ad_groups on ad_groups.ad_group_id = days.ad_group_id
left join {{ ref('stg_pinterest__campaigns') }} as campaigns on campaigns.campaign_id = ad_groups.campaign_id
left join {{ ref('stg_pinterest__ad_accounts') }} as accounts on accounts.ad_account_id = days.ad_account_id
group by all
