"""The demo of `make demo-dbt`: reports that dbt makes of the connector's records."""
