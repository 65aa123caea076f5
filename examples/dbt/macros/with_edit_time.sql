{#- The rows of a stream, with the time of their last edit at Pinterest, in UTC. -#}

{% macro with_edit_time(stream) %}
select *, make_timestamp(updated_time * 1000000) as edited_at from {{ source('pinterest', stream) }}
{% endmacro %}
