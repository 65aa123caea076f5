{#- The parts of a landing URL; null where it has none. -#}

{% macro url_host(url) %}
    nullif(regexp_extract({{ url }}, '^[a-z]+://([^/?#]+)', 1), '')
{% endmacro %}

{% macro url_path(url) %}
    nullif(regexp_extract({{ url }}, '^[a-z]+://[^/?#]+(/[^?#]*)', 1), '')
{% endmacro %}

{% macro url_parameter(url, name) %}
    nullif(url_decode(regexp_extract({{ url }}, '[?&]{{ name }}=([^&#]*)', 1)), '')
{% endmacro %}
