select {{ report('advertiser_report') }}
from {{ source('pinterest', 'advertiser_report') }} as report
