-- Spend, paid impressions and paid clicks by campaign and day: what happened on the ad itself, not on saved copies of it.
-- Amounts are in the ad account's currency. Pinterest leaves out a number that is zero, which is null here.
select
    campaigns.name as campaign,
    analytics.date as day,
    coalesce(sum(analytics.spend_in_micro_dollar), 0) / 1000000.0 as spend,
    ad_accounts.currency,
    cast(coalesce(sum(analytics.impression_1), 0) as bigint) as paid_impressions,
    cast(coalesce(sum(analytics.clickthrough_1), 0) as bigint) as paid_clicks
from campaign_analytics as analytics
join campaigns on campaigns.id = analytics.campaign_id
join ad_accounts on ad_accounts.id = analytics.ad_account_id
group by campaigns.id, campaigns.name, analytics.date, ad_accounts.currency
order by day, campaign
