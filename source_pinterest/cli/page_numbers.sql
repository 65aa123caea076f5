-- What the page shows, made of the records in `entity` and `analytics`, the days in `known` and the metrics in `metric`;
-- the variable last is the number of its days. An amount without a column for it is null, as is one that is zero. `more`
-- has the fields of conversions by type and of videos, by their names.
create view delivery as
select stream, _airbyte_extracted_at as read_at, date as day, ad_account_id as account, campaign_id as campaign,
    campaign_name, ad_group_id as ad_group, ad_id as ad, currency, {/* more */} as more,
    coalesce(spend_in_micro_dollar * 0.000001, spend_in_dollar)::decimal(38, 6) as spend,
    impression_1 as paid_impressions, clickthrough_1 as paid_clicks, outbound_click_1 as paid_outbound,
    repin_1 as paid_saves, coalesce(impression_1, 0) + coalesce(impression_2, 0) as impressions,
    coalesce(clickthrough_1, 0) + coalesce(clickthrough_2, 0) as clicks,
    coalesce(outbound_click_1, 0) + coalesce(outbound_click_2, 0) as outbound,
    coalesce(repin_1, 0) + coalesce(repin_2, 0) as saves, total_conversions as conversions, total_checkout as checkouts,
    (total_checkout_value_in_micro_dollar * 0.000001)::decimal(38, 6) as order_value
from analytics where targeting_type is null;

create view audience as
select stream, date as day, ad_account_id as account, targeting_type as type, targeting_value as value,
    coalesce(spend_in_micro_dollar * 0.000001, spend_in_dollar)::decimal(38, 6) as spend,
    coalesce(impression_1, 0) + coalesce(impression_2, 0) as impressions,
    coalesce(clickthrough_1, 0) + coalesce(clickthrough_2, 0) as clicks, total_conversions as conversions
from analytics where targeting_type is not null;

create table account as
select ids.account, left(any_value(entity.name), 300) as name, any_value(entity.time_zone) as time_zone,
    coalesce(any_value(ids.currency), any_value(entity.currency), '') as currency
from (select account, max(currency) as currency from delivery where account is not null group by account
    union all select id, null from entity where stream = 'ad_accounts') as ids
left join entity on entity.stream = 'ad_accounts' and entity.id = ids.account
group by ids.account;

create table total as
select stream, account, day, max(read_at) as read_at,
    sum(columns(* exclude (stream, read_at, day, account, campaign, campaign_name, ad_group, ad, currency, more)))
        ::decimal(38, 6)
from delivery where day is not null group by stream, account, day;

create table known_day as
select stream, account, kind, unnest(generate_series(first_day, last_day, interval 1 day))::date as day from known
where stream in (select stream from delivery union select stream from audience
    union select unnest(['ad_account_analytics', 'campaign_analytics', 'ad_group_analytics', 'ad_analytics']));

create view final_day as select stream, account, day from known_day where kind in ('final', 'spend_final');

-- The days of the page: the newest whose spend is final, or that were read if none is, and as many before.
create table period as
with lead as (
    select stream, min(day) as start_day, max(day) as read_until, max(day) filter (kind = 'final') as final_until,
        max(day) filter (kind <> 'provisional') as spend_final_until
    from known_day where kind not in ('missing', 'gone') and stream not like '%targeting%' group by stream
    order by list_position(['ad_account_analytics', 'campaign_analytics', 'ad_group_analytics', 'ad_analytics'], stream)
    limit 1
)
select * exclude (stream), stream as lead, spend_final_until is not null as is_final,
    coalesce(spend_final_until, read_until) as last_day,
    greatest(last_day - (getvariable('last') - 1), start_day) as first_day, first_day - (last_day - first_day)::int - 1 as before_day,
    greatest(least(read_until - 89, last_day - (getvariable('last') - 1)), start_day) as chart_day,
    coalesce(final_until >= last_day, false) as conversions_are_final
from lead;

-- The windows of these days that an ad account lacks.
create table gap as
with lacking as (
    select account, t.day::date as day, t.day >= first_day as is_newest
    from period join (select distinct stream, account from known_day) on stream = lead,
        unnest(generate_series(before_day, last_day, interval 1 day)) as t(day)
    where is_final and (stream, account, t.day::date) not in (select (stream, account, day) from final_day)
)
select account, is_newest, min(day) as first_day, max(day) as last_day
from (select *, day - row_number() over (partition by account, is_newest order by day)::int as island from lacking)
group by account, is_newest, island order by account, first_day;

-- The rows of the page's days. A day that is not final, for the ad account's own total too, counts in the chart alone.
create view spanned as
select delivery.* replace (account.currency as currency),
    case when delivery.day between before_day and last_day
            and (not is_final or final_day.day is not null and lead_day.day is not null)
        then if(delivery.day >= first_day, 'newest', 'before') else 'other' end as span
from period
cross join delivery
join account using (account)
left join final_day on final_day.stream = delivery.stream and final_day.account = delivery.account
    and final_day.day = delivery.day
left join final_day as lead_day on lead_day.stream = lead and lead_day.account = delivery.account
    and lead_day.day = delivery.day
where delivery.day >= least(before_day, chart_day);

-- These rows once for each level.
create view part as
select level, currency, day,
    case level when 'currency' then currency when 'account' then account when 'campaign' then campaign
        when 'ad_group' then ad_group else ad end as key,
    span,
    columns(spanned.* exclude (stream, read_at, day, account, campaign, campaign_name, ad_group, ad, currency, more,
        span))
from period
cross join (values ('currency'), ('account'), ('campaign'), ('ad_group'), ('ad')) as levels(level)
join spanned on spanned.stream = case level when 'campaign' then 'campaign_analytics'
    when 'ad_group' then 'ad_group_analytics' when 'ad' then 'ad_analytics' else lead end;

create table ranked as
select level, currency, key, row_number() over (partition by level, currency order by sum(spend) desc nulls last, key)
    as rank, rank > if(level = 'account', 50, 10) as is_other
from part where span = 'newest' group by level, currency, key;
delete from ranked where currency not in (
    select currency from ranked where level = 'currency'
    order by (select count(*) from account where account.currency = ranked.currency) desc, currency limit 40);

-- The lines of the page: the first of each level, the others in one, and what the whole has beyond them.
create table summed as
select level, currency, is_other, false as is_rest, if(is_other, null, rank) as rank, span, day, min(key) as key,
    count(distinct key) as keys,
    coalesce(sum(columns(* exclude (level, currency, is_other, rank, span, day, key))), 0)::decimal(38, 6)
from part join ranked using (level, currency, key)
group by grouping sets ((level, currency, is_other, if(is_other, null, rank), span),
    (level, currency, is_other, if(is_other, null, rank), span, day));

insert into summed
select levels.level, currency, false, true, null, 'newest', null, '', 0,
    sum(if(summed.level = 'currency', 1, -1) * columns(summed.* exclude
        (level, currency, is_other, is_rest, rank, span, day, key, keys)))
from (select distinct level, currency from summed where level in ('campaign', 'ad_group', 'ad')) as levels
join summed using (currency)
where summed.level in ('currency', levels.level) and span = 'newest' and day is null
group by levels.level, currency;

create view number as
select *, clicks / nullif(impressions, 0) as ctr, spend / nullif(clicks, 0) as cpc,
    1000 * spend / nullif(paid_impressions, 0) as cpm, spend / nullif(conversions, 0) as cpa,
    order_value / nullif(spend, 0) as roas, paid_clicks / nullif(paid_impressions, 0) as paid_ctr,
    spend / nullif(paid_clicks, 0) as paid_cpc
from summed
where not is_rest or spend <> 0 or impressions <> 0 or conversions <> 0;

-- What a campaign or an ad group may spend a day, beside the mean of the newest seven days whose spend is final. Of a
-- budget for its whole life: what is left of it, over the days that are left; unknown unless all its days were read.
create view budget as
with owner as (
    select 'campaign' as level, 'campaign_analytics' as stream, id as key, ad_account_id as account, start_time, end_time,
        nullif(daily_spend_cap, 0) * 0.000001 as daily, nullif(lifetime_spend_cap, 0) * 0.000001 as lifetime
    from entity where stream = 'campaigns'
    union all
    select 'ad_group', 'ad_group_analytics', id, ad_account_id, start_time, end_time,
        if(budget_type = 'DAILY', nullif(budget_in_micro_currency, 0), null) * 0.000001,
        if(budget_type = 'LIFETIME', nullif(budget_in_micro_currency, 0), null) * 0.000001
    from entity where stream = 'ad_groups'
),
reach as (
    select stream, account, min(day) as start_day,
        count(*) filter (day > last_day - 7 and day <= last_day) = 7 as has_seven,
        count(*) filter (day <= last_day) = last_day - min(day) + 1 as is_whole
    from final_day, period where is_final group by stream, account, last_day
),
spent as (
    select stream, if(stream = 'campaign_analytics', campaign, ad_group) as key,
        coalesce(sum(spend) filter (day > last_day - 7), 0) / 7 as mean, coalesce(sum(spend), 0) as whole
    from delivery, period where day <= last_day and stream in ('campaign_analytics', 'ad_group_analytics')
    group by 1, 2
)
select owner.level, owner.key, if(has_seven, coalesce(spent.mean, 0), null) as spend_a_day,
    coalesce(daily, if(is_whole and try(make_timestamp(start_time * 1000000)::date) >= reach.start_day
            and try(make_timestamp(end_time * 1000000)::date) > last_day,
        greatest(lifetime - coalesce(spent.whole, 0), 0)
            / (try(make_timestamp(end_time * 1000000)::date) - last_day), null)) as budget
from owner cross join period
left join reach on reach.stream = owner.stream and reach.account = owner.account
left join spent on spent.stream = owner.stream and spent.key = owner.key;

-- The status of an entity. One that is active says so if its campaign or ad group is paused or archived.
create macro shown_status(own, summary, campaign, ad_group) as case
    when coalesce(own, 'ACTIVE') <> 'ACTIVE' then own
    when campaign in ('PAUSED', 'ARCHIVED') then 'CAMPAIGN_' || campaign
    when ad_group in ('PAUSED', 'ARCHIVED') then 'AD_GROUP_' || ad_group
    else coalesce(summary, own) end;

-- The names of the lines, each with what it belongs to or consists of.
create view named as
select 'currency' as level, currency as key, if(currency = '', 'Unknown currency', currency) as name,
    if(count(*) = 1, min(coalesce(name, account)), count(*) || ' ad accounts') as detail, null as url, null as picture,
    count(*) as accounts, null as status, null as objective
from account group by currency
union all
select 'account', account, coalesce(name, account), account, null, null, 1, null, null from account
union all
select 'campaign', campaign, left(coalesce(max(entity.name), max(campaign_name), campaign), 300), max(account.name), null,
    null, 1, max(shown_status(status, summary_status, null, null)), max(objective_type)
from delivery join account using (account)
left join entity on entity.stream = 'campaigns' and entity.id = campaign
where campaign in (select key from ranked where level = 'campaign' and not is_other) group by campaign
union all
select 'ad_group', ad_group, left(coalesce(max(entity.name), ad_group), 300),
    left(coalesce(max(campaigns.name), max(campaign_name)), 300), null, null, 1,
    max(shown_status(entity.status, entity.summary_status, campaigns.status, null)), null
from delivery
left join entity on entity.stream = 'ad_groups' and entity.id = ad_group
left join entity as campaigns on campaigns.stream = 'campaigns' and campaigns.id = campaign
where ad_group in (select key from ranked where level = 'ad_group' and not is_other) group by ad_group
union all
select 'ad', ad, left(coalesce(max(nullif(pins.title, '')), max(nullif(ads.name, '')), ad), 300),
    left(coalesce(max(campaigns.name), max(campaign_name)), 300), max(coalesce(ads.destination_url, pins.link)),
    max(coalesce(pins.image_url, pins.video_cover_url)), 1,
    max(shown_status(ads.status, ads.summary_status, campaigns.status, groups.status)), null
from delivery
left join entity as ads on ads.stream = 'ads' and ads.id = ad
left join entity as campaigns on campaigns.stream = 'campaigns' and campaigns.id = campaign
left join entity as groups on groups.stream = 'ad_groups' and groups.id = ad_group
left join entity as pins on pins.stream = 'ad_pins' and pins.pin_id = ads.pin_id
    and pins.ad_account_id = ads.ad_account_id
where ad in (select key from ranked where level = 'ad' and not is_other) group by ad;

-- The spend of each line by day: bars from 0 to 20, each line to its own scale, as one path of an SVG.
create view spark as
select level, currency, rank, string_agg(format('M{} 20v{:.1f}h.8v{:.1f}z', day - first_day, -height, height), '')
    as path
from (select *, (20 * spend / max(spend) over (partition by level, currency, rank))::double as height from summed
    where span = 'newest' and day is not null and spend > 0), period
group by level, currency, rank;

-- Each number of a currency by day: a path of the newest days and one of those before, both to one scale. A day without
-- a row has no spend, but also no rate.
create view curve as
with point as (
    unpivot (select currency, day, spend::double as spend, impressions::double as impressions, ctr::double as ctr,
        cpc::double as cpc, cpm::double as cpm, conversions::double as conversions, cpa::double as cpa,
        roas::double as roas from number, period where level = 'currency' and day between chart_day and last_day)
    on columns(* exclude (currency, day)) into name metric value value
    union all
    select currency, day::date, unnest(['spend', 'impressions', 'conversions']), 0
    from (select distinct currency from summed), period, unnest(generate_series(chart_day, last_day, interval 1 day))
        as t(day)
),
highest as (
    select currency, metric, day, max(value) as value, max(max(value)) over (partition by currency, metric) as top
    from point group by currency, metric, day
)
select currency, metric, day >= first_day as is_newest,
    'M' || string_agg(format('{} {:.1f}', day - chart_day, 30 - 28 * value / top), 'L' order by day) as path
from highest, period where top > 0
group by currency, metric, day >= first_day;

-- The spend of each day of the chart, and of each month that was read.
create view bar as
with state as (
    select currency, day, bool_or(kind in ('missing', 'gone')) as is_missing,
        bool_or(kind = 'provisional') as is_moving
    from known_day join account using (account), period where known_day.stream = lead group by currency, day
),
spent as (
    select currency, day, sum(spend) as spend
    from total join account using (account), period where total.stream = lead group by currency, day
),
by_day as (select * from state left join spent using (currency, day), period)
select currency, 'day' as unit, day as first_day, day as last_day, coalesce(spend, 0) as spend, is_missing, is_moving,
    day between first_day and by_day.last_day as is_newest
from by_day where day between chart_day and read_until
union all
select currency, 'month', min(day), max(day), coalesce(sum(spend), 0), bool_or(is_missing), bool_or(is_moving),
    count(*) = date_part('day', last_day(min(day)))
from by_day group by currency, date_trunc('month', day);

-- Pinterest's own totals beside the sums over the entities of each level. Beside those of ads: what campaigns of catalog
-- sales have on a day without a row of an ad.
create view compared as
with amount as (
    unpivot (select stream, account, day, spend, impressions, clicks, outbound, saves, checkouts, order_value from total)
    on columns(* exclude (stream, account, day)) into name metric value amount
),
catalog as (
    unpivot (
        select account, day, sum(columns(* exclude (stream, read_at, day, account, campaign, campaign_name, ad_group, ad,
            currency, more, conversions, paid_impressions, paid_clicks, paid_outbound, paid_saves)))
        from delivery
        where stream = 'campaign_analytics'
            and campaign in (select id from entity where stream = 'campaigns' and objective_type like 'CATALOG%')
            and (campaign, day) not in (select (campaign, day) from delivery where stream = 'ad_analytics'
                and campaign is not null and day is not null)
        group by account, day)
    on columns(* exclude (account, day)) into name metric value amount
)
select level.stream, level.account, level.day, parts.metric, coalesce(own.amount, 0) as own,
    coalesce(parts_amount.amount, 0) as parts, own_total.read_at as own_read_at, level_total.read_at as parts_read_at,
    coalesce(own.amount, 0) <> coalesce(parts_amount.amount, 0) as differs,
    differs and level.stream = 'ad_analytics' and own.amount - coalesce(parts_amount.amount, 0) = catalog.amount
        as is_of_catalog
from final_day as level
join final_day as whole on whole.stream = 'ad_account_analytics' and whole.account = level.account
    and whole.day = level.day
join metric as parts on parts.stream = level.stream
join metric as wholes on wholes.stream = 'ad_account_analytics' and wholes.metric = parts.metric
left join amount as own on own.stream = 'ad_account_analytics' and own.account = level.account
    and own.day = level.day and own.metric = parts.metric
left join amount as parts_amount on parts_amount.stream = level.stream and parts_amount.account = level.account
    and parts_amount.day = level.day and parts_amount.metric = parts.metric
left join catalog on catalog.account = level.account and catalog.day = level.day and catalog.metric = parts.metric
left join total as own_total on own_total.stream = 'ad_account_analytics' and own_total.account = level.account
    and own_total.day = level.day
left join total as level_total on level_total.stream = level.stream and level_total.account = level.account
    and level_total.day = level.day
where level.stream <> 'ad_account_analytics';

create view compared_level as
select stream, count(distinct day) as days, count(distinct account) as accounts, list(distinct metric) as metrics,
    count(*) filter (differs and not coalesce(is_of_catalog, false)) as differences,
    count(*) filter (is_of_catalog) as of_catalogs
from compared group by stream order by stream = 'ad_analytics', stream desc;

create view difference as
select *, own_read_at::date as own_read,
    parts_read_at::date as parts_read
from compared where differs and not coalesce(is_of_catalog, false) order by day desc, account, stream, metric;

-- The lines as they are shown: with their names, their days, and the days before if no day lacks in either.
create view line as
with before as (
    select * from number
    where day is null and span = 'before' and level in ('currency', 'account') and key not in (
        select account from gap union select currency from gap join account using (account))
)
select newest.*, named.* exclude (level, key), spark.path as spark, budget.budget, budget.spend_a_day,
    if(before.key is null, null, before) as before
from number as newest
left join named on named.level = newest.level and named.key = newest.key and not is_other and not is_rest
left join spark on spark.level = newest.level and spark.currency = newest.currency and not is_rest
    and spark.rank is not distinct from newest.rank
left join budget on budget.level = newest.level and budget.key = newest.key and not is_other and not is_rest
left join before on before.level = newest.level and before.currency = newest.currency and before.rank = newest.rank
where newest.day is null and newest.span = 'newest'
order by newest.level = 'currency' desc, accounts desc, newest.currency, newest.level, newest.is_rest, newest.is_other,
    newest.rank;

-- The conversions of each currency by type, and their values, by the names of their fields.
create view result as
select currency, sum(columns(* exclude (currency))) from (
    select currency, unnest(more) from spanned, period where stream = lead and span = 'newest')
group by currency;

-- The ads with video views in each currency: the ten with the most, the others in one line, and their total.
create view video as
with watched as (
    select currency, ad, sum(spend) as spend, sum(more.total_video_mrc_views) as views,
        sum(more.total_video_p95_combined) as completed
    from spanned where stream = 'ad_analytics' and span = 'newest' group by currency, ad having views > 0
),
placed as (select *, row_number() over (partition by currency order by views desc, ad) as place from watched)
select placed.currency, if(place > 10, 11, place) as place, grouping(if(place > 10, 11, place)) = 1 as is_total,
    count(*) as keys, min(ad) as key, sum(spend) as spend, sum(views) as views, sum(completed) as completed,
    any_value(left(coalesce(nullif(pins.title, ''), nullif(ads.name, ''), ad), 300)) as name
from placed
left join entity as ads on ads.stream = 'ads' and ads.id = ad
left join entity as pins on pins.stream = 'ad_pins' and pins.pin_id = ads.pin_id
    and pins.ad_account_id = ads.ad_account_id
group by grouping sets ((placed.currency, if(place > 10, 11, place)), (placed.currency)) order by is_total, place;

-- Who saw the ads, in each currency: the five values of a targeting type with the most spend, the others in one line, and
-- what the ad accounts have beyond them. Counted are the days that are final in both.
create table viewer as
with source as (
    select stream from known_day where stream like '%targeting%' and kind in ('final', 'spend_final') group by stream
    order by list_position(['ad_account_targeting_analytics', 'campaign_targeting_analytics',
        'ad_group_targeting_analytics'], stream) nulls last limit 1
),
both_day as (
    select lead_day.account, lead_day.day from period join final_day as lead_day on lead_day.stream = lead
    join final_day as other on other.account = lead_day.account and other.day = lead_day.day
    join source on other.stream = source.stream
    where lead_day.day between first_day and last_day
),
whole as (
    select currency, sum(spend) as spend, sum(impressions) as impressions, sum(clicks) as clicks,
        sum(conversions) as conversions, count(distinct day) as days
    from spanned join period on stream = lead join both_day using (account, day) where span = 'newest' group by currency
),
told as (
    select account.currency, type, value, sum(spend) as spend, sum(impressions) as impressions, sum(clicks) as clicks,
        sum(conversions) as conversions,
        row_number() over (partition by account.currency, type order by sum(spend) desc nulls last, value) as place
    from audience join source using (stream) join both_day using (account, day) join account using (account)
    group by account.currency, type, value
),
line as (
    select currency, type, least(place, 6) as place, if(min(place) > 5, null, min(value)) as value, count(*) as keys,
        sum(spend) as spend, sum(impressions) as impressions, sum(clicks) as clicks, sum(conversions) as conversions
    from told group by currency, type, least(place, 6)
    union all
    select currency, type, 7, null, 0, whole.spend - coalesce(sum(told.spend), 0),
        whole.impressions - coalesce(sum(told.impressions), 0), whole.clicks - coalesce(sum(told.clicks), 0),
        whole.conversions - coalesce(sum(told.conversions), 0)
    from told join whole using (currency) group by currency, type, whole.spend, whole.impressions, whole.clicks,
        whole.conversions
    union all
    select currency, type, 8, null, days, whole.spend, whole.impressions, whole.clicks, whole.conversions
    from whole join (select distinct currency, type from told) using (currency)
)
select *, (select stream from source) as stream, clicks / nullif(impressions, 0) as ctr,
    spend / nullif(conversions, 0) as cpa
from line where place <> 7 or spend <> 0 or impressions <> 0 or clicks <> 0 or conversions <> 0
order by currency, list_position(['COUNTRY', 'AGE_BUCKET', 'GENDER', 'APPTYPE'], type), place;

-- The days of each stream, once for all ad accounts that have the same.
create table strip as
with owner as (
    select stream, account, list({kind: kind, first_day: first_day, last_day: last_day} order by first_day) as windows
    from known group by stream, account
)
select stream, windows, list(account order by account) as accounts
from owner group by stream, windows order by stream, min(account);

-- What is missing, once for all ad accounts of a stream that lack the same, and what was said about it. A sentence is
-- about the ad accounts whose IDs it has.
create table lacking as
with about as (
    select run, sentence, unnest(regexp_extract_all(sentence, '[0-9]+')) as account
    from (select distinct run, coalesce(error, warning) as sentence from message) where sentence is not null
),
lack as (
    select stream, account, kind, first_day, last_day, [] as why from known where kind in ('missing', 'gone')
    union all
    select owner.stream, account.account, 'nothing', null, null,
        coalesce(list(distinct sentence order by sentence) filter (sentence is not null), [])
    from (select stream from known group by stream having not bool_or(account = '')) as owner
    join read_stream on name = owner.stream
    cross join account
    left join about on about.run = last_run and about.account = account.account
    where (owner.stream, account.account) not in (select (stream, account) from known)
    group by owner.stream, account.account
)
select stream, kind, first_day, last_day, last_day - first_day + 1 as days, why, list(account order by account) as accounts
from lack group by all order by stream, accounts, first_day;
