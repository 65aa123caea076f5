-- A keyword of an ad group has its campaign as well, which Pinterest does not name.
select
    {{ text('keywords.id') }} as id,
    {{ text('keywords.id') }} as _fivetran_id,
    keywords.value,
    keywords.match_type,
    case keywords.parent_type when 'adgroup' then 'AD_GROUP' else upper(keywords.parent_type) end as parent_type,
    {{ text("case when keywords.parent_type = 'adgroup' then keywords.parent_id end") }} as ad_group_id,
    {{ text("case when keywords.parent_type = 'campaign' then keywords.parent_id else ad_groups.campaign_id end") }}
        as campaign_id,
    {{ text('keywords.ad_account_id') }} as advertiser_id,
    keywords.archived,
    {{ whole('keywords.bid') }} as bid,
    {{ synced('keywords') }} as _fivetran_synced
from {{ source('pinterest', 'keywords') }} as keywords
left join {{ source('pinterest', 'ad_groups') }} as ad_groups
    on keywords.parent_type = 'adgroup' and ad_groups.id = keywords.parent_id
