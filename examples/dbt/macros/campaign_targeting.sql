{#-
    Days of campaigns by targeting type and value, with the name of the value. A report of one type has columns of its
    own for them: country and country_name of COUNTRY.
-#}

{% macro campaign_targeting(targeting_type=none) %}
select
    days.date_day,
    days.ad_account_id,
    accounts.ad_account_name,
    days.campaign_id,
    campaigns.campaign_name,
    {% if targeting_type %}
    days.targeting_value as {{ targeting_type | lower }},
    names.targeting_value_name as {{ targeting_type | lower }}_name,
    {% else %}
    days.targeting_type,
    days.targeting_value,
    names.targeting_value_name,
    {% endif %}
    coalesce(days.currency, accounts.currency) as currency,
    {{ total_delivery() }},
    {{ rates() }}
from {{ ref('stg_pinterest__campaign_targeting_days') }} as days
left join {{ ref('stg_pinterest__targeting_options') }} as names
    on names.targeting_type = days.targeting_type and names.targeting_value = days.targeting_value
left join {{ ref('stg_pinterest__campaigns') }} as campaigns on campaigns.campaign_id = days.campaign_id
left join {{ ref('stg_pinterest__ad_accounts') }} as accounts on accounts.ad_account_id = days.ad_account_id
{% if targeting_type %}
where days.targeting_type = '{{ targeting_type }}'
{% endif %}
group by all
{% endmacro %}
