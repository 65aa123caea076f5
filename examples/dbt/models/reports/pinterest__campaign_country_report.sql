{{ campaign_targeting('COUNTRY') }}
