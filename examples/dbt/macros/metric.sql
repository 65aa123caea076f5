{#- One count of a stream whose metrics were unnested into a row each. -#}

{% macro metric(name) %}
    {{ count_of("max(value) filter (where metric = '" ~ name ~ "')") }}
{% endmacro %}
