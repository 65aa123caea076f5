{#- What every report counts. Pinterest leaves out numbers that are zero, so that null is zero here. -#}

{% macro delivery() %}
    coalesce(impression_1, 0) + coalesce(impression_2, 0) as impressions,
    coalesce(clickthrough_1, 0) + coalesce(clickthrough_2, 0) as clicks,
    {{ money('spend_in_micro_dollar') }} as spend,
    coalesce(impression_1, 0) as paid_impressions,
    coalesce(clickthrough_1, 0) as paid_clicks,
    coalesce(total_conversions, 0) as conversions
{% endmacro %}

{% macro total_delivery() %}
    sum(impressions) as impressions,
    sum(clicks) as clicks,
    sum(spend) as spend,
    sum(paid_impressions) as paid_impressions,
    sum(paid_clicks) as paid_clicks,
    sum(conversions) as conversions
{% endmacro %}

{#- Millionths of the ad account's currency as an exact amount, so that sums agree to the last digit. -#}
{% macro money(column) %}
    cast(coalesce({{ column }}, 0) as bigint) * cast(0.000001 as decimal(7, 6))
{% endmacro %}
