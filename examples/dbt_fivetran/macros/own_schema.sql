{#- The views have names that streams have too: in one schema, a view would take the place of a stream's table. -#}

{% macro own_schema() %}
    {%- if target.schema | lower == var('streams_schema') | lower -%}
        {{ exceptions.raise_compiler_error(
            'The views would replace the tables of the streams in the schema ' ~ target.schema
            ~ '. Name another schema in profiles.yml.'
        ) }}
    {%- endif -%}
{% endmacro %}
