select
    {{ text('id') }} as id,
    name,
    country,
    currency,
    {{ member('owner', 'id') }} as owner_user_id,
    {{ member('owner', 'username') }} as owner_username,
    {{ json('permissions') }} as permissions,
    {{ moment('created_time') }} as created_time,
    {{ moment('updated_time') }} as updated_time,
    {{ synced('ad_accounts') }} as _fivetran_synced
from {{ versions('ad_accounts') }} as ad_accounts
