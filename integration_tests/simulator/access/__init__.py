"""Access to the local Pinterest: tokens, scopes, rights and quotas."""
