"""The plain lists contain records of ad accounts, ad groups and catalogs."""
