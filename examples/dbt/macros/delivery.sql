{#-
    What every report counts. Pinterest leaves out numbers that are zero, so that null is zero here. Pinterest sends
    counts as numbers with a fraction; here they are integers.
-#}

{% macro delivery() %}
    {{ count_of('impression_1') }} as paid_impressions,
    {{ count_of('clickthrough_1') }} as paid_clicks,
    {{ money('spend_in_micro_dollar') }} as spend,
    {{ count_of('total_conversions') }} as conversions,
    {{ count_of('total_checkout') }} as purchases,
    {{ money('total_checkout_value_in_micro_dollar') }} as purchase_value,
    {{ count_of('impression_1') }} + {{ count_of('impression_2') }} as paid_and_earned_impressions,
    {{ count_of('clickthrough_1') }} + {{ count_of('clickthrough_2') }} as paid_and_earned_clicks
{% endmacro %}

{% macro total_delivery() %}
    cast(sum(paid_impressions) as bigint) as paid_impressions,
    cast(sum(paid_clicks) as bigint) as paid_clicks,
    sum(spend) as spend,
    cast(sum(conversions) as bigint) as conversions,
    cast(sum(purchases) as bigint) as purchases,
    sum(purchase_value) as purchase_value,
    cast(sum(paid_and_earned_impressions) as bigint) as paid_and_earned_impressions,
    cast(sum(paid_and_earned_clicks) as bigint) as paid_and_earned_clicks
{% endmacro %}

{#- Ratios of sums, since an average of ratios is another number. All the spend is for what is paid. -#}
{% macro rates() %}
    {{ ratio('sum(spend)', 'sum(paid_clicks)') }} as cpc,
    {{ ratio('sum(paid_clicks)', 'sum(paid_impressions)') }} as ctr,
    1000 * {{ ratio('sum(spend)', 'sum(paid_impressions)') }} as cpm,
    {{ ratio('sum(purchase_value)', 'sum(spend)') }} as purchase_roas
{% endmacro %}

{% macro count_of(column) %}cast(coalesce({{ column }}, 0) as bigint){% endmacro %}

{#- Null where there is nothing to divide by. -#}
{% macro ratio(part, whole) %}cast({{ part }} as double) / nullif(cast({{ whole }} as double), 0){% endmacro %}

{#- Millionths of the ad account's currency as an exact amount, so that sums agree to the last digit. -#}
{% macro money(column) %}
    cast(coalesce({{ column }}, 0) as bigint) * cast(0.000001 as decimal(7, 6))
{% endmacro %}
