"""The local Pinterest serves ad accounts, campaigns, ad groups and ads."""
