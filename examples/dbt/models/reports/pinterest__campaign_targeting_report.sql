{{ campaign_targeting() }}
