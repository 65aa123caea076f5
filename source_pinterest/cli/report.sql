-- The tables of a page about a folder of `read`; $files has the paths of its messages. Columns are named, because DuckDB
-- takes ad_account_id and AD_ACCOUNT_ID for one. First the files with lines that are no messages:
select distinct filename
from read_json($files, format = 'newline_delimited', compression = 'uncompressed', ignore_errors = true,
    maximum_object_size = 33554432, filename = true, columns = {type: 'VARCHAR'})
where type is null;

create temp table arrived as
select record.stream as stream, parse_filename(filename) as run, count(*) as records, min(record.data.date) as first_day,
    max(record.data.date) as last_day
from read_json($files, format = 'newline_delimited', compression = 'uncompressed', ignore_errors = true,
    maximum_object_size = 33554432, filename = true,
    columns = {type: 'VARCHAR', record: 'STRUCT(stream VARCHAR, data STRUCT(DATE VARCHAR))'})
where type = 'RECORD' and record.stream is not null
group by all;

create temp table said as
select parse_filename(filename) as run, trace.emitted_at as at, log.message as warning, trace.error.message as error,
    coalesce(trace.error.stream_descriptor.name, trace.stream_status.stream_descriptor.name) as stream,
    trace.stream_status.status as status
from read_json($files, format = 'newline_delimited', compression = 'uncompressed', ignore_errors = true,
    maximum_object_size = 33554432, filename = true,
    columns = {type: 'VARCHAR', log: 'STRUCT(level VARCHAR, message VARCHAR)', trace: 'STRUCT(emitted_at DOUBLE,
        error STRUCT(message VARCHAR, stream_descriptor STRUCT(name VARCHAR)),
        stream_status STRUCT(stream_descriptor STRUCT(name VARCHAR), status VARCHAR))'})
where type = 'TRACE' or log.level = 'WARN';

create temp table entity as
select record.stream as stream, unnest(record.data)
from read_json($files, format = 'newline_delimited', compression = 'uncompressed', ignore_errors = true,
    maximum_object_size = 33554432,
    columns = {record: 'STRUCT(stream VARCHAR, emitted_at BIGINT, data STRUCT(id VARCHAR, ad_account_id VARCHAR,
        pin_id VARCHAR, name VARCHAR, currency VARCHAR, time_zone VARCHAR, title VARCHAR, link VARCHAR,
        destination_url VARCHAR, image_url VARCHAR, video_cover_url VARCHAR))'})
where record.stream in ('ad_accounts', 'campaigns', 'ads', 'ad_pins')
qualify row_number() over (
    partition by record.stream, record.data.ad_account_id, coalesce(record.data.id, record.data.pin_id)
    order by record.emitted_at desc) = 1;

-- The newest row of each entity and day. An amount without a column for it is null, as is one that is zero.
create temp table delivery as
select record.stream as stream, record.emitted_at as read_at, try_cast(record.data.date as date) as day,
    coalesce(record.data.ad_account_id, record.data.advertiser_id) as account, record.data.campaign_id as campaign,
    record.data.campaign_name as campaign_name, record.data.ad_id as ad, record.data.currency as currency,
    coalesce(record.data.spend_in_micro_dollar * 0.000001, record.data.spend_in_dollar)::decimal(38, 6) as spend,
    record.data.impression_1 as paid_impressions, record.data.impression_2 as earned_impressions,
    record.data.clickthrough_1 as paid_clicks, record.data.clickthrough_2 as earned_clicks,
    record.data.outbound_click_1 as paid_outbound, record.data.outbound_click_2 as earned_outbound,
    record.data.repin_1 as paid_saves, record.data.repin_2 as earned_saves,
    record.data.total_conversions as conversions, record.data.total_checkout as checkouts,
    (record.data.total_checkout_value_in_micro_dollar * 0.000001)::decimal(38, 6) as order_value
from read_json($files, format = 'newline_delimited', compression = 'uncompressed', ignore_errors = true,
    maximum_object_size = 33554432,
    columns = {record: 'STRUCT(stream VARCHAR, emitted_at BIGINT, data STRUCT(DATE VARCHAR, AD_ACCOUNT_ID VARCHAR,
        ADVERTISER_ID VARCHAR, CAMPAIGN_ID VARCHAR, CAMPAIGN_NAME VARCHAR, AD_GROUP_ID VARCHAR, AD_ID VARCHAR,
        CURRENCY VARCHAR, SPEND_IN_MICRO_DOLLAR DECIMAL(28, 6), SPEND_IN_DOLLAR DECIMAL(28, 6),
        IMPRESSION_1 DECIMAL(28, 6), IMPRESSION_2 DECIMAL(28, 6), CLICKTHROUGH_1 DECIMAL(28, 6),
        CLICKTHROUGH_2 DECIMAL(28, 6), OUTBOUND_CLICK_1 DECIMAL(28, 6), OUTBOUND_CLICK_2 DECIMAL(28, 6),
        REPIN_1 DECIMAL(28, 6), REPIN_2 DECIMAL(28, 6), TOTAL_CONVERSIONS DECIMAL(28, 6),
        TOTAL_CHECKOUT DECIMAL(28, 6), TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR DECIMAL(28, 6)))'})
where record.stream in ('ad_account_analytics', 'campaign_analytics', 'ad_group_analytics', 'ad_analytics')
qualify row_number() over (
    partition by record.stream, record.data.date, case record.stream
        when 'ad_account_analytics' then coalesce(record.data.ad_account_id, record.data.advertiser_id)
        when 'campaign_analytics' then record.data.campaign_id
        when 'ad_group_analytics' then record.data.ad_group_id
        else record.data.ad_id end
    order by record.emitted_at desc) = 1;

create temp table account as
select ids.account, any_value(entity.name) as name, any_value(entity.time_zone) as time_zone,
    coalesce(any_value(ids.currency), any_value(entity.currency)) as currency
from (select account, max(currency) as currency from delivery where account is not null group by account
    union all select id, null from entity where stream = 'ad_accounts') as ids
left join entity on entity.stream = 'ad_accounts' and entity.id = ids.account
group by ids.account;

create temp table total as
select stream, account, day, max(read_at) as read_at, sum(spend) as spend,
    sum(paid_impressions) as paid_impressions, sum(paid_clicks) as paid_clicks, sum(paid_outbound) as paid_outbound,
    sum(paid_saves) as paid_saves,
    sum(coalesce(paid_impressions, 0) + coalesce(earned_impressions, 0))::decimal(38, 6) as impressions,
    sum(coalesce(paid_clicks, 0) + coalesce(earned_clicks, 0))::decimal(38, 6) as clicks,
    sum(coalesce(paid_outbound, 0) + coalesce(earned_outbound, 0))::decimal(38, 6) as outbound,
    sum(coalesce(paid_saves, 0) + coalesce(earned_saves, 0))::decimal(38, 6) as saves,
    sum(conversions) as conversions, sum(checkouts) as checkouts, sum(order_value) as order_value
from delivery
where day is not null
group by stream, account, day;

-- Filled from the states: the days of each stream and account whose spend is final, and the metrics of each stream.
create temp table final_day (stream varchar, account varchar, day date);
create temp table metric (stream varchar, metric varchar);

-- Pinterest's own totals beside the sums over the entities of each level.
create view compared as
with amount as (
    select stream, account, day, metric, amount
    from (unpivot total on spend, impressions, clicks, outbound, saves, checkouts, order_value
        into name metric value amount)
)
select level.stream, level.account, level.day, parts.metric, coalesce(own.amount, 0) as own,
    coalesce(parts_amount.amount, 0) as parts, own_total.read_at as own_read_at, level_total.read_at as parts_read_at
from final_day as level
join final_day as whole on whole.stream = 'ad_account_analytics' and whole.account = level.account
    and whole.day = level.day
join metric as parts on parts.stream = level.stream
join metric as wholes on wholes.stream = 'ad_account_analytics' and wholes.metric = parts.metric
left join amount as own on own.stream = 'ad_account_analytics' and own.account = level.account
    and own.day = level.day and own.metric = parts.metric
left join amount as parts_amount on parts_amount.stream = level.stream and parts_amount.account = level.account
    and parts_amount.day = level.day and parts_amount.metric = parts.metric
left join total as own_total on own_total.stream = 'ad_account_analytics' and own_total.account = level.account
    and own_total.day = level.day
left join total as level_total on level_total.stream = level.stream and level_total.account = level.account
    and level_total.day = level.day
where level.stream <> 'ad_account_analytics';
