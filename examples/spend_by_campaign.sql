-- Spend, paid impressions and paid clicks by campaign and day: what happened on the ad itself, not on saved copies of it.
-- A campaign that the table of campaigns lacks, as with the option Status, goes by its ID. Amounts are in the ad
-- account's currency. Pinterest leaves out a number that is zero, which is null here.
select
    coalesce(campaigns.name, analytics.campaign_id) as campaign,
    analytics.date as day,
    coalesce(sum(analytics.spend_in_micro_dollar), 0) / 1000000.0 as spend,
    coalesce(ad_accounts.currency, analytics.currency) as currency,
    cast(coalesce(sum(analytics.impression_1), 0) as bigint) as paid_impressions,
    cast(coalesce(sum(analytics.clickthrough_1), 0) as bigint) as paid_clicks
from campaign_analytics as analytics
left join campaigns on campaigns.id = analytics.campaign_id
left join ad_accounts on ad_accounts.id = analytics.ad_account_id
group by 1, 2, 4, analytics.campaign_id
order by day, campaign
