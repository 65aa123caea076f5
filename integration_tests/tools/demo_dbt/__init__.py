"""Do the records of the connector become reports with dbt? `make demo-dbt` shows it."""
