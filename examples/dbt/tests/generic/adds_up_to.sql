{#- A column has the same sum as in another model: joins have neither lost nor repeated rows. -#}

{% test adds_up_to(model, column_name, of) %}

select here.total, there.total as expected
from (select sum({{ column_name }}) as total from {{ model }}) as here
cross join (select sum({{ column_name }}) as total from {{ of }}) as there
where here.total is distinct from there.total

{% endtest %}
