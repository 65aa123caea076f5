{#-
    Every version of each ad account, campaign, ad group and ad that dbt has seen, with all columns of the stream. Build
    after each sync: a version that is overwritten between two builds is lost.
-#}

{% snapshot ad_accounts_history %}
{#- Pinterest is not known to move the time of an ad account with each edit, and the stream is read whole each time. -#}
{{ config(schema='history', unique_key='id', strategy='check', check_cols=['name', 'currency', 'country', 'time_zone', 'owner']) }}
select * from {{ source('pinterest', 'ad_accounts') }}
{% endsnapshot %}

{% snapshot campaigns_history %}
{{ config(schema='history', unique_key='id', strategy='timestamp', updated_at='edited_at') }}
{{ with_edit_time('campaigns') }}
{% endsnapshot %}

{% snapshot ad_groups_history %}
{{ config(schema='history', unique_key='id', strategy='timestamp', updated_at='edited_at') }}
{{ with_edit_time('ad_groups') }}
{% endsnapshot %}

{% snapshot ads_history %}
{{ config(schema='history', unique_key='id', strategy='timestamp', updated_at='edited_at') }}
{{ with_edit_time('ads') }}
{% endsnapshot %}
