{#- One metric of a stream whose metrics were unnested into a row each. -#}

{% macro metric(name) %}
    coalesce(max(value) filter (where metric = '{{ name }}'), 0)
{% endmacro %}
