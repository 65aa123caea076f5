"""Run Airbyte's checks of a connector on an export: `make airbyte-qa`.

Runs in the environment of airbyte-internal-ops, in the folder of the export, and needs no network. If the export has no
poetry.lock, the check for it is not run. The package's own command, `airbyte-ops local connector qa`, runs the same
checks, but asks Airbyte's registry first whether the connector is released.
"""

import sys
from contextlib import redirect_stdout
from importlib.util import find_spec
from types import ModuleType

# ruff: noqa: E402 - as they are, these two import clients of clouds and databases, 0.8 GB, of which the checks use none
for name in ("airbyte_ops_mcp", "airbyte_ops_mcp.registry"):
    found = find_spec(name)
    sys.modules[name] = package = ModuleType(name)
    package.__path__ = list((found and found.submodule_search_locations) or ())

from airbyte_ops_mcp.connector_ops.utils import Connector
from airbyte_ops_mcp.connector_qa.checks import ENABLED_CHECKS
from airbyte_ops_mcp.connector_qa.checks.metadata import ValidateMetadata
from airbyte_ops_mcp.connector_qa.models import Check, CheckResult, CheckStatus
from airbyte_ops_mcp.metadata_validator import PRE_UPLOAD_VALIDATORS, ValidatorOptions, validate_and_load

NEED_A_NETWORK = {
    "CheckDocumentationLinks": "each page that the documentation links to",
    "CheckVersionIncrement": "metadata.yaml on the main branch of Airbyte's repository",
}
WITHOUT_LOCK = {"CheckConnectorUsesPoetry": "poetry.lock, which `make airbyte-qa LOCK=no` does not write"}
WITHOUT_DOCKER_HUB = " (but not whether the base image and earlier versions are on Docker Hub)"


class UnreleasedConnector(Connector):
    """The exported connector, of whose version Airbyte's registry knows nothing."""

    is_released = False


def run(check: Check, connector: Connector) -> CheckResult:
    """Run a check, that of metadata.yaml without Docker Hub."""
    if not isinstance(check, ValidateMetadata):
        return check.run(connector)
    options = ValidatorOptions(docs_path=str(connector.documentation_file_path), disable_dockerhub_checks=True)
    with redirect_stdout(sys.stderr):
        valid, error = validate_and_load(connector.metadata_file_path, PRE_UPLOAD_VALIDATORS, options)
    return check.create_check_result(connector, valid is not None, str(error or "valid") + WITHOUT_DOCKER_HUB)


def main() -> None:
    """Print the verdict of each check, and end with 1 if one failed."""
    connector = UnreleasedConnector("source-pinterest")
    has_lock = (connector.code_directory / "poetry.lock").exists()
    not_run = NEED_A_NETWORK if has_lock else NEED_A_NETWORK | WITHOUT_LOCK
    failed = 0
    for check in ENABLED_CHECKS:
        name = type(check).__name__
        if name in not_run:
            sys.stdout.write(f"not run  {name}: needs {not_run[name]}\n")
            continue
        result = run(check, connector)
        failed += result.status is CheckStatus.FAILED
        sys.stdout.write(f"{result.status.name.lower():8} {name}: {result.message}\n")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
