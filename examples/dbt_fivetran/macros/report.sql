{#- What all reports have: the day, the ad account, the numbers, as counts of this type, and the conversions. -#}

{% macro report(table, count_type=dbt.type_bigint()) %}
    {%- set of_custom_reports = ['total_conversions_quantity', 'total_conversions_value_in_micro_dollar'] -%}
    {{ time('report.date') }} as date,
    {{ text('report.ad_account_id') }} as advertiser_id,
    {%- for name in ['impression_1', 'impression_2', 'clickthrough_1', 'clickthrough_2', 'spend_in_micro_dollar'] %}
    cast(report.{{ name }} as {{ count_type }}) as {{ name }},
    {%- endfor %}
    {%- for name in ['total_conversions'] + (of_custom_reports if table in var('custom_reports') else []) %}
    {{ whole('report.' ~ name) }} as {{ name }},
    {%- endfor %}
    {{ synced('report') }} as _fivetran_synced
{% endmacro %}
