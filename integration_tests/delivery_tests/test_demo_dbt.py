"""dbt builds the project, its tests fail where they should, and the demo says what it needs."""

from pathlib import Path

import duckdb
import pytest

from integration_tests.delivery_tests.dbt_models import MODELS, copy_of, load_streams
from integration_tests.support.pinterest import World
from integration_tests.support.processes import ROOT
from integration_tests.support.worlds import small_world
from integration_tests.tools.demo_dbt.project import (
    BUILD,
    LOCAL_VARIABLES,
    PROJECT,
    READ_INTO_DUCKDB,
    STREAMS,
    DbtFailedError,
    build,
)
from integration_tests.tools.demo_dbt.run import main

DBT = ROOT / ".tmp" / "dbt" / "bin" / "dbt"
needs_dbt = pytest.mark.skipif(not DBT.exists(), reason="`make demo-dbt` installs dbt")


@pytest.fixture(scope="module")
def world() -> World:
    return small_world(ad_accounts=2, ads=8, boards=1)


@pytest.fixture(scope="module")
def database(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a sync of the world loads."""
    path = tmp_path_factory.mktemp("dbt") / "pinterest.duckdb"
    with duckdb.connect(str(path)) as connection:
        load_streams(connection, world, STREAMS)
    return path


def test_the_readme_has_the_commands_that_the_demo_prints() -> None:
    lines = (PROJECT / "README.md").read_text(encoding="utf-8").splitlines()
    assert {READ_INTO_DUCKDB, BUILD} <= set(lines)


def test_without_dbt_the_demo_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--dbt", str(tmp_path / "dbt"), "--output", str(tmp_path / "output")]) == 1
    [sentence] = capsys.readouterr().out.splitlines()
    assert sentence == f"The demo failed: {tmp_path / 'dbt'} can't be started. Run `make demo-dbt`, which installs dbt."


@needs_dbt
def test_dbt_builds_the_project_and_its_tests_pass(database: Path, tmp_path: Path) -> None:
    built = build(DBT, copy_of(database, tmp_path), tmp_path, LOCAL_VARIABLES)

    assert built.models == len(MODELS)
    assert built.tests > 3 * len(MODELS)


@needs_dbt
def test_a_row_that_comes_twice_fails_dbts_tests(database: Path, tmp_path: Path) -> None:
    copy = copy_of(database, tmp_path)
    with duckdb.connect(str(copy)) as connection:
        connection.execute("insert into campaign_analytics select * from campaign_analytics limit 1")

    with pytest.raises(DbtFailedError, match=r"unique_together_stg_pinterest__campaign_days"):
        build(DBT, copy, tmp_path, LOCAL_VARIABLES)


@needs_dbt
def test_another_number_of_values_without_a_name_fails_dbts_tests(database: Path, tmp_path: Path) -> None:
    copy = copy_of(database, tmp_path)
    with duckdb.connect(str(copy)) as connection:
        connection.execute("delete from targeting_options where targeting_type = 'COUNTRY' and id = 'DE'")

    with pytest.raises(DbtFailedError, match=r"all_named.*: Got 2 results, configured to fail if != 1"):
        build(DBT, copy, tmp_path, LOCAL_VARIABLES)
