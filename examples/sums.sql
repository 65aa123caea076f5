-- Days on which the numbers of an ad account are not the sums of those of its campaigns, ad groups or ads: no row means
-- that they agree, to the last digit. Take out the parts of a level that you do not read. The newest two days still
-- move and are left out. Pinterest leaves out a number that is zero, which is null here.
with rows_read as (
    select 'ad account' as level, ad_account_id, cast(date as date) as day, spend_in_micro_dollar, impression_1,
        impression_2, clickthrough_1, clickthrough_2, outbound_click_1, outbound_click_2, repin_1, repin_2,
        total_checkout, total_checkout_value_in_micro_dollar
    from ad_account_analytics
    union all
    select 'campaigns', ad_account_id, cast(date as date), spend_in_micro_dollar, impression_1, impression_2,
        clickthrough_1, clickthrough_2, outbound_click_1, outbound_click_2, repin_1, repin_2,
        total_checkout, total_checkout_value_in_micro_dollar
    from campaign_analytics
    union all
    select 'ad groups', ad_account_id, cast(date as date), spend_in_micro_dollar, impression_1, impression_2,
        clickthrough_1, clickthrough_2, outbound_click_1, outbound_click_2, repin_1, repin_2,
        total_checkout, total_checkout_value_in_micro_dollar
    from ad_group_analytics
    union all
    select 'ads', ad_account_id, cast(date as date), spend_in_micro_dollar, impression_1, impression_2,
        clickthrough_1, clickthrough_2, outbound_click_1, outbound_click_2, repin_1, repin_2,
        total_checkout, total_checkout_value_in_micro_dollar
    from ad_analytics
),
totals as (
    select level, ad_account_id, day,
        sum(coalesce(spend_in_micro_dollar, 0)) as spend,
        sum(coalesce(impression_1, 0) + coalesce(impression_2, 0)) as impressions,
        sum(coalesce(clickthrough_1, 0) + coalesce(clickthrough_2, 0)) as clicks,
        sum(coalesce(outbound_click_1, 0) + coalesce(outbound_click_2, 0)) as outbound_clicks,
        sum(coalesce(repin_1, 0) + coalesce(repin_2, 0)) as saves,
        sum(coalesce(total_checkout, 0)) as checkouts,
        sum(coalesce(total_checkout_value_in_micro_dollar, 0)) as order_value
    from rows_read
    group by level, ad_account_id, day
),
read_days as (
    select level, min(day) as first_day, max(day) - 2 as last_day
    from totals
    group by level
),
compared as (
    select read_days.level, totals.ad_account_id, totals.day, totals.level = 'ad account' as is_own, spend,
        impressions, clicks, outbound_clicks, saves, checkouts, order_value
    from read_days
    join totals on totals.level in ('ad account', read_days.level)
    join read_days as own on own.level = 'ad account'
    where read_days.level <> 'ad account'
        and totals.day between read_days.first_day and read_days.last_day
        and totals.day between own.first_day and own.last_day
),
sides as (
    select level, ad_account_id, day,
        sum(case when is_own then spend else 0 end) / 1000000 as spend_of_account,
        sum(case when is_own then 0 else spend end) / 1000000 as sum_of_spend,
        sum(case when is_own then impressions else 0 end) as impressions_of_account,
        sum(case when is_own then 0 else impressions end) as sum_of_impressions,
        sum(case when is_own then clicks else 0 end) as clicks_of_account,
        sum(case when is_own then 0 else clicks end) as sum_of_clicks,
        sum(case when is_own then outbound_clicks else 0 end) as outbound_clicks_of_account,
        sum(case when is_own then 0 else outbound_clicks end) as sum_of_outbound_clicks,
        sum(case when is_own then saves else 0 end) as saves_of_account,
        sum(case when is_own then 0 else saves end) as sum_of_saves,
        sum(case when is_own then checkouts else 0 end) as checkouts_of_account,
        sum(case when is_own then 0 else checkouts end) as sum_of_checkouts,
        sum(case when is_own then order_value else 0 end) / 1000000 as order_value_of_account,
        sum(case when is_own then 0 else order_value end) / 1000000 as sum_of_order_value
    from compared
    group by level, ad_account_id, day
)
select *
from sides
where spend_of_account <> sum_of_spend
    or impressions_of_account <> sum_of_impressions
    or clicks_of_account <> sum_of_clicks
    or outbound_clicks_of_account <> sum_of_outbound_clicks
    or saves_of_account <> sum_of_saves
    or checkouts_of_account <> sum_of_checkouts
    or order_value_of_account <> sum_of_order_value
order by day desc, ad_account_id, level
