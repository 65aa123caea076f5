-- Where the id of the report's row is no keyword's, the keyword is found by its words in its ad group. Of several with the
-- same words, the one with the lowest id is taken, before any that is archived. Without a keyword, the row keeps its id.
with by_words as (

    select
        parent_id as ad_group_id,
        lower(value) as words,
        coalesce(min(case when not archived then id end), min(id)) as id
    from {{ source('pinterest', 'keywords') }}
    where parent_type = 'adgroup' and coalesce(match_type, '') not like '%NEGATIVE'
    group by parent_id, lower(value)

)

select
    {{ text('coalesce(keywords.id, by_words.id, report.entity_id)') }} as keyword_id,
    {{ text("nullif(report.ad_id, '')") }} as pin_promotion_id,
    {{ text("nullif(report.ad_group_id, '')") }} as ad_group_id,
    ad_groups.name as ad_group_name,
    {{ text('report.ad_group_entity_status') }} as ad_group_status,
    {{ text("nullif(report.campaign_id, '')") }} as campaign_id,
    {{ report('keyword_report') }}
from {{ source('pinterest', 'keyword_report') }} as report
left join {{ source('pinterest', 'keywords') }} as keywords on keywords.id = report.entity_id
left join by_words on by_words.ad_group_id = report.ad_group_id and by_words.words = lower(report.targeting_value)
left join {{ source('pinterest', 'ad_groups') }} as ad_groups on ad_groups.id = report.ad_group_id
