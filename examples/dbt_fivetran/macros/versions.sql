{#- A stream, or every version of its rows if a schema of snapshots is named. -#}

{% macro versions(stream) %}
    {{- source('history', stream ~ '_history') if var('history_schema') else source('pinterest', stream) -}}
{% endmacro %}
