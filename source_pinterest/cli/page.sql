-- The tables of a page about a folder of `read`; $files has the paths of its messages. Columns are named, because DuckDB
-- takes ad_account_id and AD_ACCOUNT_ID for one. First the files with lines that are no messages:
select distinct filename
from read_json($files, format = 'newline_delimited', compression = 'uncompressed', ignore_errors = true, hive_partitioning = false,
    maximum_object_size = 33554432, filename = true, columns = {type: 'VARCHAR'})
where type is null;

create temp table arrived as
select record.stream as stream, parse_filename(filename) as run, count(*) as records
from read_json($files, format = 'newline_delimited', compression = 'uncompressed', ignore_errors = true, hive_partitioning = false,
    maximum_object_size = 33554432, filename = true,
    columns = {type: 'VARCHAR', record: 'STRUCT(stream VARCHAR)'})
where type = 'RECORD' and record.stream is not null
group by all;

create temp table said as
select parse_filename(filename) as run, trace.emitted_at as at, left(log.message, 2000) as warning,
    left(trace.error.message, 2000) as error,
    coalesce(trace.error.stream_descriptor.name, trace.stream_status.stream_descriptor.name) as stream,
    trace.stream_status.status as status
from read_json($files, format = 'newline_delimited', compression = 'uncompressed', ignore_errors = true, hive_partitioning = false,
    maximum_object_size = 33554432, filename = true,
    columns = {type: 'VARCHAR', log: 'STRUCT(level VARCHAR, message VARCHAR)', trace: 'STRUCT(emitted_at DOUBLE,
        error STRUCT(message VARCHAR, stream_descriptor STRUCT(name VARCHAR)),
        stream_status STRUCT(stream_descriptor STRUCT(name VARCHAR), status VARCHAR))'})
where type = 'TRACE' or log.level = 'WARN';

create temp table entity as
select record.stream as stream, unnest(record.data)
from read_json($files, format = 'newline_delimited', compression = 'uncompressed', ignore_errors = true, hive_partitioning = false,
    maximum_object_size = 33554432,
    columns = {record: 'STRUCT(stream VARCHAR, emitted_at BIGINT, data STRUCT(id VARCHAR, ad_account_id VARCHAR,
        pin_id VARCHAR, name VARCHAR, objective_type VARCHAR, currency VARCHAR, time_zone VARCHAR, title VARCHAR,
        link VARCHAR, destination_url VARCHAR, image_url VARCHAR, video_cover_url VARCHAR, status VARCHAR,
        summary_status VARCHAR, start_time BIGINT, end_time BIGINT, daily_spend_cap DECIMAL(28, 6),
        lifetime_spend_cap DECIMAL(28, 6), budget_type VARCHAR, budget_in_micro_currency DECIMAL(28, 6)))'})
where record.stream in ('ad_accounts', 'campaigns', 'ad_groups', 'ads', 'ad_pins')
qualify row_number() over (
    partition by record.stream, record.data.ad_account_id, coalesce(record.data.id, record.data.pin_id)
    order by record.emitted_at desc) = 1;

-- The newest row of each entity and day. An amount without a column for it is null, as is one that is zero. `more` has
-- the fields of conversions by type and of videos, by their names.
create temp table delivery as
select record.stream as stream, record.emitted_at as read_at, try_cast(record.data.date as date) as day,
    coalesce(record.data.ad_account_id, record.data.advertiser_id) as account, record.data.campaign_id as campaign,
    record.data.campaign_name as campaign_name, record.data.ad_group_id as ad_group, record.data.ad_id as ad,
    record.data.currency as currency, {/* more */} as more,
    coalesce(record.data.spend_in_micro_dollar * 0.000001, record.data.spend_in_dollar)::decimal(38, 6) as spend,
    record.data.impression_1 as paid_impressions, record.data.clickthrough_1 as paid_clicks,
    record.data.outbound_click_1 as paid_outbound, record.data.repin_1 as paid_saves,
    coalesce(record.data.impression_1, 0) + coalesce(record.data.impression_2, 0) as impressions,
    coalesce(record.data.clickthrough_1, 0) + coalesce(record.data.clickthrough_2, 0) as clicks,
    coalesce(record.data.outbound_click_1, 0) + coalesce(record.data.outbound_click_2, 0) as outbound,
    coalesce(record.data.repin_1, 0) + coalesce(record.data.repin_2, 0) as saves,
    record.data.total_conversions as conversions, record.data.total_checkout as checkouts,
    (record.data.total_checkout_value_in_micro_dollar * 0.000001)::decimal(38, 6) as order_value
from read_json($files, format = 'newline_delimited', compression = 'uncompressed', ignore_errors = true, hive_partitioning = false,
    maximum_object_size = 33554432,
    columns = {record: 'STRUCT(stream VARCHAR, emitted_at BIGINT, data STRUCT(DATE VARCHAR, AD_ACCOUNT_ID VARCHAR,
        ADVERTISER_ID VARCHAR, CAMPAIGN_ID VARCHAR, CAMPAIGN_NAME VARCHAR, AD_GROUP_ID VARCHAR, AD_ID VARCHAR,
        CURRENCY VARCHAR, SPEND_IN_MICRO_DOLLAR DECIMAL(28, 6), SPEND_IN_DOLLAR DECIMAL(28, 6),
        IMPRESSION_1 DECIMAL(28, 6), IMPRESSION_2 DECIMAL(28, 6), CLICKTHROUGH_1 DECIMAL(28, 6),
        CLICKTHROUGH_2 DECIMAL(28, 6), OUTBOUND_CLICK_1 DECIMAL(28, 6), OUTBOUND_CLICK_2 DECIMAL(28, 6),
        REPIN_1 DECIMAL(28, 6), REPIN_2 DECIMAL(28, 6), TOTAL_CONVERSIONS DECIMAL(28, 6),
        /* more types */
        TOTAL_CHECKOUT DECIMAL(28, 6), TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR DECIMAL(28, 6)))'})
where record.stream in ('ad_account_analytics', 'campaign_analytics', 'ad_group_analytics', 'ad_analytics')
qualify row_number() over (
    partition by record.stream, record.data.date, case record.stream
        when 'ad_account_analytics' then coalesce(record.data.ad_account_id, record.data.advertiser_id)
        when 'campaign_analytics' then record.data.campaign_id
        when 'ad_group_analytics' then record.data.ad_group_id
        else record.data.ad_id end
    order by record.emitted_at desc) = 1;

-- The newest row of each entity, day and part of a targeting type that the page shows.
create temp table audience as
select record.stream as stream, try_cast(record.data.date as date) as day,
    coalesce(record.data.ad_account_id, record.data.advertiser_id) as account, record.data.targeting_type as type,
    record.data.targeting_value as value,
    coalesce(record.data.spend_in_micro_dollar * 0.000001, record.data.spend_in_dollar)::decimal(38, 6) as spend,
    coalesce(record.data.impression_1, 0) + coalesce(record.data.impression_2, 0) as impressions,
    coalesce(record.data.clickthrough_1, 0) + coalesce(record.data.clickthrough_2, 0) as clicks,
    record.data.total_conversions as conversions
from read_json($files, format = 'newline_delimited', compression = 'uncompressed', ignore_errors = true, hive_partitioning = false,
    maximum_object_size = 33554432,
    columns = {record: 'STRUCT(stream VARCHAR, emitted_at BIGINT, data STRUCT(DATE VARCHAR, AD_ACCOUNT_ID VARCHAR,
        ADVERTISER_ID VARCHAR, CAMPAIGN_ID VARCHAR, AD_GROUP_ID VARCHAR, AD_ID VARCHAR, TARGETING_TYPE VARCHAR,
        TARGETING_VALUE VARCHAR, SPEND_IN_MICRO_DOLLAR DECIMAL(28, 6), SPEND_IN_DOLLAR DECIMAL(28, 6),
        IMPRESSION_1 DECIMAL(28, 6), IMPRESSION_2 DECIMAL(28, 6), CLICKTHROUGH_1 DECIMAL(28, 6),
        CLICKTHROUGH_2 DECIMAL(28, 6), TOTAL_CONVERSIONS DECIMAL(28, 6)))'})
where record.stream in ('ad_account_targeting_analytics', 'campaign_targeting_analytics',
        'ad_group_targeting_analytics', 'ad_targeting_analytics')
    and record.data.targeting_type in ('COUNTRY', 'AGE_BUCKET', 'GENDER', 'APPTYPE')
qualify row_number() over (
    partition by record.stream, record.data.date, record.data.targeting_type, record.data.targeting_value,
        case record.stream
            when 'ad_account_targeting_analytics' then coalesce(record.data.ad_account_id, record.data.advertiser_id)
            when 'campaign_targeting_analytics' then record.data.campaign_id
            when 'ad_group_targeting_analytics' then record.data.ad_group_id
            else record.data.ad_id end
    order by record.emitted_at desc) = 1;

create temp table account as
select ids.account, left(any_value(entity.name), 300) as name, any_value(entity.time_zone) as time_zone,
    coalesce(any_value(ids.currency), any_value(entity.currency), '') as currency
from (select account, max(currency) as currency from delivery where account is not null group by account
    union all select id, null from entity where stream = 'ad_accounts') as ids
left join entity on entity.stream = 'ad_accounts' and entity.id = ids.account
group by ids.account;

create temp table total as
select stream, account, day, max(read_at) as read_at,
    sum(columns(* exclude (stream, read_at, day, account, campaign, campaign_name, ad_group, ad, currency, more)))
        ::decimal(38, 6)
from delivery where day is not null group by stream, account, day;

-- Each stream with its last run, its records (one that came again counts again), and how that run ended: COMPLETE or
-- INCOMPLETE, or empty if the run ended before the stream did.
create temp table read_stream as
with last as (
    select stream, max(run) as run, sum(records)::bigint as records
    from (select stream, run, records from arrived union all select stream, run, 0 from said)
    where stream is not null group by stream
)
select last.stream as name, last.run as last_run, any_value(last.records) as records,
    coalesce(max(status) filter (status like '%COMPLETE'), '') as ending,
    coalesce(list(distinct error) filter (error is not null), []) as sentences
from last left join said on said.stream = last.stream and said.run = last.run
group by last.stream, last.run;

-- Filled from the states: the days of each stream and account by what is known of them (final, spend_final,
-- provisional, missing or gone), and the metrics of each level.
create temp table known (stream varchar, account varchar, kind varchar, first_day date, last_day date);
create temp table metric (stream varchar, metric varchar);
