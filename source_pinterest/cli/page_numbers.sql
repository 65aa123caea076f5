-- What the page shows, made of the records in `entity` and `analytics`, the days in `known` and the metrics in `metric`;
-- the variable last is the number of its days. An amount without a column for it is null, as is one that is zero. `more`
-- has the fields of conversions by type, by their names.
create view delivery as
select stream, date as day, ad_account_id as account, campaign_id as campaign,
    campaign_name, ad_group_id as ad_group, ad_id as ad, currency, {/* more */} as more,
    coalesce(spend_in_micro_dollar * 0.000001, spend_in_dollar)::decimal(38, 6) as spend,
    impression_1 as paid_impressions, clickthrough_1 as paid_clicks, outbound_click_1 as paid_outbound,
    repin_1 as paid_saves, coalesce(impression_1, 0) + coalesce(impression_2, 0) as impressions,
    coalesce(clickthrough_1, 0) + coalesce(clickthrough_2, 0) as clicks,
    coalesce(outbound_click_1, 0) + coalesce(outbound_click_2, 0) as outbound,
    coalesce(repin_1, 0) + coalesce(repin_2, 0) as saves, total_conversions as conversions, total_checkout as checkouts,
    (total_checkout_value_in_micro_dollar * 0.000001)::decimal(38, 6) as order_value, total_video_mrc_views as views,
    total_video_p95_combined as completed, total_lead as leads, total_signup as signups, targeting_type,
    targeting_value
from analytics;

create table account as
select ids.account, left(any_value(entity.name), 300) as name, any_value(entity.time_zone) as time_zone,
    coalesce(any_value(ids.currency), any_value(entity.currency), '') as currency
from (select account, max(currency) as currency from delivery where account is not null group by account
    union all select id, null from entity where stream = 'ad_accounts') as ids
left join entity on entity.stream = 'ad_accounts' and entity.id = ids.account
group by ids.account;

create table total as
select stream, account, day, sum(columns('^(spend|impressions|clicks|outbound|saves|checkouts|order_value)$'))
from delivery where day is not null and targeting_type is null group by stream, account, day;

create table known_day as
select stream, account, kind, unnest(generate_series(first_day, last_day, interval 1 day))::date as day from known
where stream in (select stream from analytics
    union select unnest(['ad_account_analytics', 'campaign_analytics', 'ad_group_analytics', 'ad_analytics',
        'user_account_analytics', 'user_account_analytics_by_content_type', 'pin_analytics']));

create view final_day as select stream, account, day from known_day where kind in ('final', 'spend_final');

-- The days of the page: the newest whose spend is final, or that were read if none is, and as many before. Without ads,
-- those whose organic numbers are final.
create table period as
with lead as (
    select stream, min(day) as start_day, max(day) as read_until, max(day) filter (kind = 'final') as final_until,
        max(day) filter (kind <> 'provisional') as spend_final_until
    from known_day where kind not in ('missing', 'gone') and stream not like '%targeting%' group by stream
    order by list_position(['ad_account_analytics', 'campaign_analytics', 'ad_group_analytics', 'ad_analytics',
        'user_account_analytics', 'user_account_analytics_by_content_type', 'pin_analytics'], stream)
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
where delivery.day >= least(before_day, chart_day) and targeting_type is null;

-- These rows once for each level; those of days, in all and by ad account, are of the chart.
create view part as
select level, case level when 'currency' then currency when 'account' then account when 'campaign' then campaign
    when 'ad_group' then ad_group when 'ad' then ad when 'day' then day::varchar else day || ' ' || account end as key,
    spanned.* exclude (stream, ad, more, targeting_type, targeting_value)
        replace (if(level like '%day', 'newest', span) as span)
from period
cross join (values ('currency'), ('account'), ('campaign'), ('ad_group'), ('ad'), ('day'), ('account_day')) as levels(level)
join spanned on spanned.stream = case level when 'campaign' then 'campaign_analytics'
    when 'ad_group' then 'ad_group_analytics' when 'ad' then 'ad_analytics' else lead end
where level not like '%day' or day between chart_day and last_day;

-- The sums of each entity of a level over the newest days and over those before. The page shows the first by their spend,
-- the others in one line, and in one what the whole has beyond them.
create table summed as
with own as (
    select level, currency, key, span, 'entity' as kind, 1 as keys, any_value(account) as account,
        any_value(campaign) as campaign, any_value(campaign_name) as campaign_name, any_value(ad_group) as ad_group,
        coalesce(sum(columns(part.* exclude (level, currency, key, span, day, account, campaign, campaign_name, ad_group))),
            0)::decimal(38, 6)
    from part where span <> 'other' group by level, currency, key, span
),
placed as (
    select level, currency, key, row_number() over (partition by level, currency order by spend desc, key) as rank,
        level like '%day' or rank <= if(level = 'account', 50, 10) as is_shown,
        row_number() over (partition by level, account order by spend desc, key) as rank_in_account
    from own where span = 'newest'
)
select * from own join placed using (level, currency, key);

insert into summed by name
select level, currency, 'other' as kind, span, true as is_shown, count(*) as keys,
    sum(columns(summed.* exclude (level, currency, key, span, kind, keys, account, campaign, campaign_name, ad_group, rank,
        is_shown, rank_in_account)))
from summed where span = 'newest' and not is_shown group by level, currency, span;

insert into summed by name
select levels.level, currency, 'rest' as kind, span, true as is_shown, 0 as keys,
    sum(if(summed.level = 'currency', 1, -1) * columns(summed.* exclude (level, currency, key, span, kind, keys, account,
        campaign, campaign_name, ad_group, rank, is_shown, rank_in_account)))
from (select distinct level, currency from summed where level in ('campaign', 'ad_group', 'ad')) as levels
join summed using (currency)
where summed.level in ('currency', levels.level) and span = 'newest' and kind = 'entity'
group by levels.level, currency, span;

-- What the results of a campaign or an ad group are, by its objective and the event that it is optimized for: conversions
-- of all types if the ad groups of a campaign have several events.
create table goal as
with optimized as (
    select unnest([id, campaign_id]) as id, conversion_event from entity where stream = 'ad_groups'
),
owner as (
    select entity.id, any_value(coalesce(campaigns.objective_type, entity.objective_type)) as objective,
        case count(distinct event.conversion_event) when 1 then any_value(event.conversion_event)
            when 0 then if(objective = 'LEADS', 'LEAD', 'CHECKOUT') else 'SEVERAL' end as event
    from entity
    left join entity as campaigns on campaigns.stream = 'campaigns' and campaigns.id = entity.campaign_id
    left join optimized as event on event.id = entity.id
    where entity.stream in ('campaigns', 'ad_groups') group by entity.id
)
select id as key, case when objective = 'AWARENESS' then 'Paid impressions' when objective like 'VIDEO%' then 'Video views'
    when objective like '%CONSIDERATION' or objective = 'WEB_SESSIONS' then 'Pin clicks'
    when objective in ('WEB_CONVERSION', 'CATALOG_SALES', 'SALES', 'LEADS') then case event
        when 'CHECKOUT' then 'Checkouts' when 'LEAD' then 'Leads' when 'SIGNUP' then 'Sign-ups' else 'All conversions' end
    when objective is not null then 'All conversions' end as goal
from owner;

create view number as
select summed.*, goal, case goal /* goals */ end as result,
    if(goal = 'Paid impressions', 1000, 1) * spend / nullif(result, 0) as cost_of_result,
    spend / nullif(checkouts, 0) as cost_of_checkout, clicks / nullif(impressions, 0) as ctr, spend / nullif(clicks, 0) as cpc,
    1000 * spend / nullif(paid_impressions, 0) as cpm, spend / nullif(conversions, 0) as cpa,
    order_value / nullif(spend, 0) as roas, paid_clicks / nullif(paid_impressions, 0) as paid_ctr,
    spend / nullif(paid_clicks, 0) as paid_cpc
from summed
left join goal on level in ('campaign', 'ad_group', 'ad') and goal.key = if(level = 'ad', ad_group, summed.key)
where kind <> 'rest' or spend <> 0 or impressions <> 0 or conversions <> 0;

-- What a campaign or an ad group may spend a day, beside the mean of the newest seven days whose spend is final. Of a
-- budget for its whole life: what is left of it, over the days that are left; unknown unless all its days were read. And
-- the page's days on which it spent more than its daily budget.
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
spent_day as (
    select stream, if(stream = 'campaign_analytics', campaign, ad_group) as key, day, coalesce(sum(spend), 0) as spend
    from delivery where stream in ('campaign_analytics', 'ad_group_analytics') group by 1, 2, 3
),
spent as (
    select stream, key, coalesce(sum(spend) filter (day > last_day - 7), 0) / 7 as mean, sum(spend) as whole,
        list(spend) filter (day >= first_day) as days
    from spent_day, period where day <= last_day group by stream, key
)
select owner.level, owner.key, if(has_seven, coalesce(spent.mean, 0), null) as spend_a_day,
    coalesce(daily, if(is_whole and try(make_timestamp(start_time * 1000000)::date) >= reach.start_day
            and try(make_timestamp(end_time * 1000000)::date) > last_day,
        greatest(lifetime - coalesce(spent.whole, 0), 0)
            / (try(make_timestamp(end_time * 1000000)::date) - last_day), null)) as budget,
    len(list_filter(spent.days, lambda amount: amount > daily)) as days_over
from owner cross join period
left join reach on reach.stream = owner.stream and reach.account = owner.account
left join spent on spent.stream = owner.stream and spent.key = owner.key;

-- The status of an entity. One that is active says so if its campaign or ad group is paused or archived.
create macro shown_status(own, summary, campaign, ad_group) as case
    when coalesce(own, 'ACTIVE') <> 'ACTIVE' then own
    when campaign in ('PAUSED', 'ARCHIVED') then 'CAMPAIGN_' || campaign
    when ad_group in ('PAUSED', 'ARCHIVED') then 'AD_GROUP_' || ad_group
    else coalesce(summary, own) end;

-- The spend of each line by day: bars from 0 to 20, each line to its own scale, as one path of an SVG.
create view spark as
with daily as (
    select level, currency, if(is_shown, rank, null) as rank, day, sum(part.spend) as spend
    from part join summed using (level, currency, key)
    where part.span = 'newest' and summed.span = 'newest' group by all
)
select level, currency, rank, string_agg(format('M{} 20v{:.1f}h.8v{:.1f}z', day - first_day, -height, height), '')
    as path
from (select *, (20 * spend / max(spend) over (partition by level, currency, rank))::double as height from daily
    where spend > 0), period
group by level, currency, rank;

-- Each number of a currency by day: a path of the newest days and one of those before, both to one scale.
create view curve as
with point as (
    unpivot (select currency, key::date as day, spend::double as spend, impressions::double as impressions, ctr, cpc,
        cpm, checkouts::double as checkouts, cost_of_checkout, roas from number where level = 'day')
    on columns(* exclude (currency, day)) into name metric value value
),
highest as (select *, max(value) over (partition by currency, metric) as top from point)
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
select currency, 'day' as unit, day as first_day, day as last_day, coalesce(spend, 0) as amount, is_missing, is_moving,
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
        select account, day,
            sum(columns('^(spend|impressions|clicks|outbound|saves|checkouts|order_value)$'))
        from delivery
        where stream = 'campaign_analytics'
            and campaign in (select id from entity where stream = 'campaigns' and objective_type like 'CATALOG%')
            and (campaign, day) not in (select (campaign, day) from delivery where stream = 'ad_analytics'
                and campaign is not null and day is not null)
        group by account, day)
    on columns(* exclude (account, day)) into name metric value amount
)
select level.stream, level.account, level.day, parts.metric, coalesce(own.amount, 0) as own,
    coalesce(parts_amount.amount, 0) as parts,
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
where level.stream <> 'ad_account_analytics';

create view compared_level as
select stream, count(distinct day) as days, count(distinct account) as accounts, list(distinct metric) as metrics,
    count(*) filter (differs and not coalesce(is_of_catalog, false)) as differences,
    count(*) filter (is_of_catalog) as of_catalogs
from compared group by stream order by stream = 'ad_analytics', stream desc;

create view difference as
from compared where differs and not coalesce(is_of_catalog, false) order by day desc, account, stream, metric;

-- The lines with their names, their days, and the days before if no day lacks in either. The name of an ad is its own;
-- that of its pin stands beside it.
create view line as
with of_currency as (
    select currency, count(*) as accounts, if(count(*) = 1, min(coalesce(name, account)), count(*) || ' ad accounts') as detail
    from account group by currency
),
whole as (
    select stream, account from final_day, period where day between before_day and last_day group by all
    having count(*) = any_value(last_day - before_day + 1)
),
before as (
    select number.* from number, period
    where span = 'before' and if(level = 'currency', key not in (select currency from gap join account using (account)),
        (if(level = 'account', lead, level || '_analytics'), account) in (from whole))
)
select newest.*, account.name as account_name, own.objective_type as objective, pins.title as pin_title,
    left(coalesce(campaigns.name, newest.campaign_name), 300) as in_campaign, left(groups.name, 300) as in_ad_group,
    left(case newest.level when 'currency' then if(newest.key = '', 'Unknown currency', newest.key)
        when 'account' then coalesce(account.name, newest.key) when 'campaign' then coalesce(in_campaign, newest.key)
        else coalesce(nullif(own.name, ''), newest.key) end, 300) as name,
    case newest.level when 'currency' then of_currency.detail when 'account' then newest.key
        when 'campaign' then account.name else in_campaign end as detail,
    coalesce(own.destination_url, pins.link) as url, coalesce(pins.image_url, pins.video_cover_url) as picture,
    case when coalesce(own.status, 'ACTIVE') <> 'ACTIVE' then own.status
        when newest.level <> 'campaign' and campaigns.status in ('PAUSED', 'ARCHIVED') then 'CAMPAIGN_' || campaigns.status
        when newest.level = 'ad' and groups.status in ('PAUSED', 'ARCHIVED') then 'AD_GROUP_' || groups.status
        else coalesce(own.summary_status, own.status) end as status,
    of_currency.accounts, spark.path as spark, budget.budget, budget.spend_a_day, budget.days_over, if(before.key is null, null, before) as before
from number as newest
join of_currency using (currency)
left join account on account.account = newest.account
left join entity as own on own.id = newest.key and own.stream = newest.level || 's'
left join entity as campaigns on campaigns.stream = 'campaigns' and campaigns.id = newest.campaign
left join entity as groups on groups.stream = 'ad_groups' and groups.id = newest.ad_group
left join entity as pins on pins.stream = 'ad_pins' and pins.pin_id = own.pin_id and pins.ad_account_id = own.ad_account_id
left join spark on spark.level = newest.level and spark.currency = newest.currency and newest.is_shown
    and newest.kind <> 'rest' and spark.rank is not distinct from newest.rank
left join budget on budget.level = newest.level and budget.key = newest.key
left join before on before.level = newest.level and before.currency = newest.currency and before.key = newest.key
where newest.span = 'newest'
order by newest.level = 'currency' desc, accounts desc, newest.currency, newest.level, newest.kind = 'rest', newest.kind,
    newest.rank;

-- The results of the campaigns of each currency by what they are to bring about, the most spend first.
create view by_goal as
select currency, goal, count(*) as keys, sum(spend) as spend, sum(result) as result,
    if(goal = 'Paid impressions', 1000, 1) * sum(spend) / nullif(sum(result), 0) as cost_of_result
from number where level = 'campaign' and kind = 'entity' and span = 'newest' group by currency, goal order by sum(spend) desc, goal;

-- The conversions of each ad account by type: of the types that were read, those that have any.
create view result as
select * from (
    select currency, account, unnest([/* types */], recursive := true) from spanned, period
    where stream = lead and span = 'newest' group by currency, account)
where number > 0 or value > 0 or after_click > 0 or after_view > 0;

-- Who saw the ads of each ad account. Counted are the days that are final in both.
create table seen as
with source as (
    select stream from known_day where stream like '%targeting%' and kind in ('final', 'spend_final') group by stream
    order by list_position(['ad_account_targeting_analytics', 'campaign_targeting_analytics',
        'ad_group_targeting_analytics'], stream) nulls last limit 1
)
select account.currency, account, stream, targeting_type as type, targeting_value as value,
    sum(columns('^(spend|impressions|clicks|conversions)$'))
from delivery join source using (stream) join final_day using (stream, account, day) join account using (account)
join period on delivery.day between first_day and last_day
where (lead, account, delivery.day) in (from final_day) group by all;

-- In each currency: the five values of a targeting type with the most spend, and the others in one line.
create view viewer as
with told as (
    select currency, stream, type, value, sum(columns('^(spend|impressions|clicks|conversions)$')),
        least(row_number() over (partition by currency, type order by sum(spend) desc nulls last, value), 6) as place
    from seen group by currency, stream, type, value
)
select currency, stream, type, place, if(place > 5, null, min(value)) as value, count(*) as keys, sum(spend) as spend,
    sum(clicks) / nullif(sum(impressions), 0) as ctr, sum(spend) / nullif(sum(conversions), 0) as cpa
from told group by currency, stream, type, place
order by list_position(['COUNTRY', 'AGE_BUCKET', 'GENDER', 'APPTYPE'], type), place;

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

-- What the profile did on each day, in all (its content type is empty) and by content type.
create view profile_day as
select content_type, date as day, sum(columns('^(impressions|engagements|saves|clicks|outbound)$')) from (
    select * replace ('' as content_type) from organic where stream = 'user_account_analytics'
    union all
    select * from organic where stream = 'user_account_analytics_by_content_type'
    union all
    select * replace ('' as content_type) from organic where stream = 'user_account_analytics_by_content_type'
        and not exists (from organic where stream = 'user_account_analytics'))
group by content_type, date;

-- The profile's numbers of the page's days, and of those before if as many of them have numbers.
create view profile as
with summed as (
    select content_type, day >= first_day as is_newest, count(impressions) as days,
        sum(columns('^(impressions|engagements|saves|clicks|outbound)$'))
    from profile_day join period on day between before_day and last_day group by all
)
select newest.*, if(before.days = newest.days, before, null) as before
from summed as newest
left join summed as before on before.content_type = newest.content_type and not before.is_newest
where newest.is_newest order by newest.content_type;

-- The profile's impressions by day, as bars.
create view profile_bar as
select known_day.day as first_day, known_day.day as last_day, coalesce(any_value(impressions), 0) as amount,
    bool_or(kind in ('missing', 'gone')) as is_missing, bool_or(kind = 'provisional') as is_moving,
    known_day.day between any_value(period.first_day) and any_value(period.last_day) as is_newest
from known_day join period on known_day.day >= chart_day
left join profile_day on profile_day.day = known_day.day and content_type = ''
where stream like 'user_account_analytics%' group by known_day.day order by known_day.day;

-- The pins by their impressions in the page's days; without `pin_analytics`, as Pinterest ranks them in the days of
-- `top_pins`.
create view pin as
select pin_id, left(coalesce(nullif(any_value(title), ''), pin_id), 300) as name, any_value(link) as link,
    first_day, last_day, sum(columns('^(impressions|saves|clicks|outbound)$'))
from (
    select organic.*, first_day, last_day from organic join period on date between first_day and last_day
    where stream = 'pin_analytics'
    union all
    select *, start_date, end_date from organic
    where stream = 'top_pins' and sort_by = 'IMPRESSION' and not exists (from organic where stream = 'pin_analytics')
    qualify end_date = max(end_date) over ()
) as rows
left join (select id, title, link from entity where stream = 'pins') on id = rows.pin_id
group by pin_id, first_day, last_day order by impressions desc nulls last, pin_id;
