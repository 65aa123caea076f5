{#- What has no name. Its configuration says how many there may be. -#}

{% test all_named(model, column_name, by) %}

select distinct {{ by | join(', ') }}
from {{ model }}
where {{ column_name }} is null

{% endtest %}
