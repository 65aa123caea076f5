"""Who may call, and how often? Tokens, scopes, rights and quotas."""
