{{ campaign_targeting('REGION') }}
