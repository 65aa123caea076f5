"""Which ad accounts, campaigns, ad groups and ads are there?"""
