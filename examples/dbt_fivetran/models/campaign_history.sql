select
    {{ text('id') }} as id,
    {{ text('ad_account_id') }} as advertiser_id,
    name,
    status,
    objective_type,
    {{ whole('default_ad_group_budget_in_micro_currency') }} as default_ad_group_budget_in_micro_currency,
    {{ whole('daily_spend_cap') }} as budget_spend_cap,
    {{ whole('lifetime_spend_cap') }} as lifetime_spend_cap,
    is_automated_campaign,
    is_campaign_budget_optimization,
    is_flexible_daily_budgets,
    {{ moment('created_time') }} as created_time,
    {{ moment('start_time') }} as start_time,
    {{ moment('end_time') }} as end_time,
    {{ synced('campaigns') }} as _fivetran_synced
from {{ versions('campaigns') }} as campaigns
