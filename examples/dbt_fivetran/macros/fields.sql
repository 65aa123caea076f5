{#- Fields of the streams as the package's sources type them. Each macro renders one expression without its name. -#}

{% macro text(column) %}cast({{ column }} as {{ dbt.type_string() }}){% endmacro %}

{% macro whole(column) %}cast({{ column }} as {{ dbt.type_bigint() }}){% endmacro %}

{#- A day, or a time without a zone. -#}
{% macro time(column) %}cast({{ column }} as {{ dbt.type_timestamp() }}){% endmacro %}

{#- A time that Pinterest tells in seconds since 1970. -#}
{% macro moment(column) %}{{ time(dbt.dateadd('second', column, time("'1970-01-01'"))) }}{% endmacro %}

{#- When a row was read. The tables that Airbyte writes into Postgres have it with a zone. -#}
{% macro synced(table) %}
    {%- set column = table ~ '._airbyte_extracted_at' -%}
    {{ column ~ " at time zone 'UTC'" if target.type == 'postgres' else time(column) }}
{%- endmacro %}

{#- A text in a JSON object, and a JSON value as text. -#}

{% macro member(column, key) %}
    {%- if target.type == 'bigquery' -%}
        json_value({{ column }}, '$.{{ key }}')
    {%- elif target.type == 'snowflake' -%}
        {{ text(column ~ ':' ~ key) }}
    {%- else -%}
        {{ text('(' ~ column ~ " ->> '" ~ key ~ "')") }}
    {%- endif -%}
{% endmacro %}

{% macro json(column) %}
    {%- set functions = {'bigquery': 'to_json_string', 'snowflake': 'to_json'} -%}
    {{ functions[target.type] ~ '(' ~ column ~ ')' if target.type in functions else text(column) }}
{%- endmacro %}
