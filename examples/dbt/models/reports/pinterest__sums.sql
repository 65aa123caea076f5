{#-
    Pinterest's own totals of each ad account and day beside the sums over its campaigns, ad groups and ads. The newest
    two days of each level still move and are left out, and so are days that only one of the two levels has.
-#}
{% set metrics = [
    'spend', 'paid_impressions', 'paid_clicks', 'paid_and_earned_impressions', 'paid_and_earned_clicks', 'purchases',
    'purchase_value'
] %}
{% set levels = {
    'campaigns': ref('stg_pinterest__campaign_days'),
    'ad groups': ref('stg_pinterest__ad_group_days'),
    'ads': ref('stg_pinterest__ad_days')
} %}
{% set own = ref('stg_pinterest__ad_account_days') %}
with amounts as (
    {% for level, days in levels.items() %}
    select
        '{{ level }}' as level,
        ad_account_id,
        date_day
        {% for metric in metrics %}, {{ metric }} as {{ metric }}_of_account, 0 as sum_of_{{ metric }}{% endfor %}
    from {{ own }}
    where date_day between (select min(date_day) from {{ days }}) and (select max(date_day) - 2 from {{ days }})
    union all
    select
        '{{ level }}' as level,
        ad_account_id,
        date_day
        {% for metric in metrics %}, 0 as {{ metric }}_of_account, {{ metric }} as sum_of_{{ metric }}{% endfor +%}
    from {{ days }}
    where date_day between (select min(date_day) from {{ own }}) and (select max(date_day) - 2 from {{ own }})
        and date_day <= (select max(date_day) - 2 from {{ days }})
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}
)
select
    level,
    ad_account_id,
    date_day,
    {% for metric in metrics %}
    sum({{ metric }}_of_account) as {{ metric }}_of_account,
    sum(sum_of_{{ metric }}) as sum_of_{{ metric }},
    {% endfor %}
    {% for metric in metrics %}{{ "and " if not loop.first }}sum({{ metric }}_of_account) = sum(sum_of_{{ metric }}){{ " " }}{% endfor %}as agrees
from amounts
where date_day <= (select max(date_day) - 2 from {{ own }})
group by level, ad_account_id, date_day
